import type { SmallSeries } from "../../wire.ts";

const [WIDTH, HEIGHT] = [160, 44];

/** Shows the end of a series and its forecast, without axes: the shape is what is looked at. */
export function SmallMultiple({
  series: { history, forecast },
}: {
  series: Pick<SmallSeries, "history" | "forecast">;
}) {
  const all = [...history, ...forecast];
  const observed = all.filter((value): value is number => value !== null);
  if (observed.length === 0) return <span class="muted small">no data kept</span>;
  const [low, high] = [Math.min(...observed), Math.max(...observed)];
  const x = (i: number) => (WIDTH * i) / Math.max(1, all.length - 1);
  const y = (value: number) => HEIGHT - 2 - ((HEIGHT - 4) * (value - low)) / (high - low || 1);
  const path = (values: readonly (number | null)[], from: number) =>
    values
      .map((value, i) =>
        value === null
          ? ""
          : `${i === 0 || values[i - 1] === null ? "M" : "L"}${x(from + i).toFixed(1)} ${y(value).toFixed(1)}`,
      )
      .join("");
  const last = history.at(-1) ?? null;
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      <path class="line-history" d={path(history, 0)} />
      <path class="line-forecast" d={path([last, ...forecast], history.length - 1)} />
    </svg>
  );
}
