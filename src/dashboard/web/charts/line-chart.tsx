import { measure } from "../../../text/number.ts";
import type { Line } from "../../wire.ts";
import { pointsAtWidth } from "./points-at-width.ts";
import { SmallPlot, WIDTH } from "./small-plot.tsx";

/**
 * Shows a small line over the steps of a series, with its least and greatest value, and the names of its first and last step. `mark` is
 * where it should be.
 */
export function LineChart(props: {
  label: string;
  values: Line;
  zero?: boolean;
  mark?: number;
  ends?: readonly string[];
}) {
  const { label, values, zero = false, mark = zero ? 0 : undefined } = props;
  const points = pointsAtWidth(values, WIDTH);
  const observed = points.flatMap(({ value }) => (value === null ? [] : [value]));
  if (observed.length === 0) return null;
  const [least, greatest] = [Math.min(...observed), Math.max(...observed)];
  const marked = mark === undefined ? [] : [mark];
  const [low, high] = [Math.min(least, ...marked), Math.max(greatest, ...marked)];
  const x = (step: number) => (WIDTH * step) / Math.max(1, values.length - 1);
  const pathOf = (y: (value: number) => number) =>
    points
      .map(({ step, value }, i) =>
        value === null ? "" : `${points[i - 1]?.value == null ? "M" : "L"}${x(step).toFixed(1)} ${y(value).toFixed(1)}`,
      )
      .join("");
  return (
    <SmallPlot
      name={label}
      label={`${label}, from ${measure(least)} to ${measure(greatest)}`}
      caption={
        <>
          {label}{" "}
          <span class="muted">
            {measure(least)} … {measure(greatest)}
          </span>
        </>
      }
      up={[low, high]}
      ends={props.ends}
    >
      {(y) => (
        <>
          {mark !== undefined && <line class="line-mark" x1={0} x2={WIDTH} y1={y(mark)} y2={y(mark)} />}
          <path class="line-history" d={pathOf(y)} />
        </>
      )}
    </SmallPlot>
  );
}
