import { axisFormat, count, measure } from "../../../text/number.ts";
import type { RunAccuracy } from "../../wire-night.ts";
import { ChartFiles } from "../chart-files.tsx";
import { TableFiles } from "../table-files.tsx";
import { metricWords } from "../words.ts";

const [WIDTH, HEIGHT] = [600, 120];

/** Shows a metric's distribution over partitions, with its median, and for each kind of model. What `plot accuracy` draws. */
export function Distribution({ accuracy }: { accuracy: RunAccuracy }) {
  const { metric, histogram, spread, beyond, scored, notValidated, kinds, better } = accuracy;
  if (metric === null || scored === 0)
    return (
      <p class="notice warn">
        Nobody has validated these models: no partition has an error of a holdout. Set train.holdout to fewer
        observations than the series have.
      </p>
    );
  const { from, to, counts } = histogram;
  const most = Math.max(1, ...counts);
  const width = WIDTH / counts.length;
  const x = (value: number) => (WIDTH * (Math.min(to, Math.max(from, value)) - from)) / (to - from || 1);
  const isRelative = /mase$|rmsse$/.test(metric);
  const isWorse = (i: number) =>
    isRelative && from + ((i + 0.5) * (to - from)) / counts.length > 1 === (better === "lower");
  const write = axisFormat(from, to, (to - from) / 4);
  return (
    <figure class="mini distribution">
      <figcaption>
        {metricWords(metric)}: median <b>{measure(spread.median)}</b>, nine in ten{" "}
        {better === "higher" ? "above" : "below"} <b>{measure(better === "higher" ? spread.p10 : spread.p90)}</b>
        <span class="muted">
          {" "}
          of {count(scored)} partitions
          {notValidated > 0 && `; ${count(notValidated)} more are not validated`}
          {beyond > 0 && `; ${count(beyond)} beyond the axis, in the last bar`}
        </span>{" "}
        <ChartFiles name={`distribution of ${metric}`} />
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${metricWords(metric)} of ${count(scored)} partitions, median ${measure(spread.median)}`}
      >
        {counts.map((n, i) => (
          <rect
            key={i}
            class={isRelative ? (isWorse(i) ? "bar-loss" : "bar-gain") : "bar-plain"}
            x={i * width + 0.5}
            width={Math.max(1, width - 1)}
            y={HEIGHT - (HEIGHT * n) / most}
            height={(HEIGHT * n) / most}
          />
        ))}
        {spread.median !== null && (
          <line class="line-mark" x1={x(spread.median)} x2={x(spread.median)} y1={0} y2={HEIGHT} />
        )}
      </svg>
      <p class="ends muted">
        {[0, 1, 2, 3, 4].map((i) => (
          <span key={i}>{write(from + (i * (to - from)) / 4)}</span>
        ))}
      </p>
      {kinds.length > 0 && (
        <>
          <TableFiles
            name={`${metric} by model`}
            rows={[
              ["MODEL_KIND", "PARTITIONS", "MEDIAN", "P10", "P90"],
              ...kinds.map(({ kind, count: n, spread: one }) => [kind, n, one.median, one.p10, one.p90]),
            ]}
          />
          <table class="rows kinds">
            <thead>
              <tr>
                <th scope="col">Model</th>
                <th scope="col" class="n">
                  Partitions
                </th>
                <th scope="col" class="wide far">
                  Median, and 10 % to 90 %
                </th>
                <th scope="col" class="n">
                  Median
                </th>
              </tr>
            </thead>
            <tbody>
              {kinds.map(({ kind, count: n, spread }) => (
                <tr key={kind}>
                  <th scope="row">{kind}</th>
                  <td class="n">{count(n)}</td>
                  <td class="wide far">
                    {spread.p10 !== null && spread.p90 !== null && spread.median !== null && (
                      <svg class="range" viewBox={`0 0 ${WIDTH} 12`} preserveAspectRatio="none" aria-hidden="true">
                        <rect
                          class="range-bar"
                          x={x(spread.p10)}
                          width={Math.max(2, x(spread.p90) - x(spread.p10))}
                          y={3}
                          height={6}
                        />
                        <rect class="range-mark" x={Math.max(0, x(spread.median) - 3)} width={6} y={0} height={12} />
                      </svg>
                    )}
                  </td>
                  <td class="n">{measure(spread.median)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
    </figure>
  );
}
