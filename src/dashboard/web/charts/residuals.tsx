import { measure } from "../../../text/number.ts";
import type { Diagnostics } from "../../wire.ts";
import { Bars } from "./bars.tsx";
import { LineChart } from "./line-chart.tsx";

/** Draws the remainder in the errors of one step. */
export function Residuals({
  diagnostics,
  ends,
}: {
  diagnostics: Diagnostics;
  /** The names of the first and the last step. */
  ends: readonly [first: string, last: string];
}) {
  const { residuals, acf, acfBound, histogram, mean, sd, ljungBox } = diagnostics;
  const lags = acf.slice(1);
  const reach = Math.min(1, 1.15 * Math.max(acfBound, ...lags.map((value) => Math.abs(value ?? 0))));
  return (
    <section class="panel" aria-labelledby="residuals-title">
      <h2 id="residuals-title">Residuals</h2>
      <p>
        {ljungBox === null ? (
          <span class="muted">Too few errors for a test.</span>
        ) : (
          <>
            Ljung–Box Q({ljungBox.lag}) = {measure(ljungBox.statistic)}, p = <b>{measure(ljungBox.pValue)}</b>{" "}
            <span class={ljungBox.pValue < 0.05 ? "bad" : "good"}>
              {ljungBox.pValue < 0.05 ? "the errors are autocorrelated" : "like white noise"}
            </span>
          </>
        )}{" "}
        <span class="muted">
          mean {measure(mean)}, sd {measure(sd)}
        </span>
      </p>
      <LineChart label="one-step errors" values={residuals} zero ends={ends} />
      <Bars
        label={`Autocorrelation by lag, from ${measure(-reach)} to ${measure(reach)}; the band is that of white noise`}
        values={lags}
        bounds={[-reach, reach]}
        band={acfBound}
        first="lag 1"
        last={`lag ${lags.length}`}
      />
      <Bars
        label={`Histogram of the errors, at most ${Math.max(...histogram.counts)} in a bar`}
        values={histogram.counts}
        bounds={[0, Math.max(1, ...histogram.counts)]}
        first={measure(histogram.from)}
        last={measure(histogram.to)}
      />
    </section>
  );
}
