import { measure } from "../../../text/number.ts";
import type { Line } from "../../wire.ts";
import { pointsAtWidth } from "./points-at-width.ts";

const [WIDTH, HEIGHT] = [600, 72];
/**
 * Shows a small line over the steps of a series, with its least and greatest value, and the names of its first and last step. `mark` is
 * where it should be.
 */
export function LineChart(props: {
  label: string;
  values: Line;
  zero?: boolean;
  mark?: number;
  ends?: readonly [first: string, last: string];
}) {
  const { label, values, zero = false, mark = zero ? 0 : undefined } = props;
  const points = pointsAtWidth(values, WIDTH);
  const observed = points.flatMap(({ value }) => (value === null ? [] : [value]));
  if (observed.length === 0) return null;
  const marked = mark === undefined ? [] : [mark];
  const [low, high] = [Math.min(...observed, ...marked), Math.max(...observed, ...marked)];
  const x = (step: number) => (WIDTH * step) / Math.max(1, values.length - 1);
  const y = (value: number) => HEIGHT - 1 - ((HEIGHT - 2) * (value - low)) / (high - low || 1);
  let path = "";
  for (const [i, { step, value }] of points.entries())
    if (value !== null)
      path += `${points[i - 1]?.value == null ? "M" : "L"}${x(step).toFixed(1)} ${y(value).toFixed(1)}`;
  return (
    <figure class="mini">
      <figcaption>
        {label}{" "}
        <span class="muted">
          {measure(low)} … {measure(high)}
        </span>
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${label}, from ${measure(low)} to ${measure(high)}`}
      >
        {mark !== undefined && <line class="line-zero" x1={0} x2={WIDTH} y1={y(mark)} y2={y(mark)} />}
        <path class="line-history" d={path} />
      </svg>
      {props.ends !== undefined && (
        <p class="ends muted">
          <span>{props.ends[0]}</span>
          <span>{props.ends[1]}</span>
        </p>
      )}
    </figure>
  );
}
