import { measure } from "../../../text/number.ts";
import type { Diagnostics } from "../../wire.ts";
import { Bars } from "./bars.tsx";
import { LineChart } from "./line-chart.tsx";

/** Draws the remainder in the errors of one step. */
export function Residuals({ diagnostics }: { diagnostics: Diagnostics }) {
  const { residuals, acf, acfBound, histogram, mean, sd, ljungBox } = diagnostics;
  const lags = acf.slice(1);
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
              {ljungBox.pValue < 0.05 ? "something is left in the errors" : "like white noise"}
            </span>
          </>
        )}{" "}
        <span class="muted">
          mean {measure(mean)}, sd {measure(sd)}
        </span>
      </p>
      <LineChart label="one-step errors" values={residuals} zero />
      <Bars
        label="Autocorrelation by lag"
        values={lags}
        bounds={[-1, 1]}
        band={acfBound}
        first="lag 1"
        last={`lag ${lags.length}`}
      />
      <Bars
        label="Histogram of the errors"
        values={histogram.counts}
        bounds={[0, Math.max(1, ...histogram.counts)]}
        first={measure(histogram.from)}
        last={measure(histogram.to)}
      />
    </section>
  );
}
