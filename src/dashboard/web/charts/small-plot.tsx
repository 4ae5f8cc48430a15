import type { ComponentChildren } from "preact";
import { linearScale } from "../../../picture/scale.ts";
import { ChartFiles } from "../chart-files.tsx";

/** The units of a small drawing, which is as wide as there is room. */
export const [WIDTH, HEIGHT] = [600, 88];
const TICKS = 3;

/** Shows a small drawing with the numbers of its y axis at their heights, and names along its x axis below. */
export function SmallPlot(props: {
  /** The name of the plot, and what can be read off it in words. */
  readonly name: string;
  readonly label: string;
  readonly caption: ComponentChildren;
  /** The ends of the y axis. */
  readonly up: readonly [low: number, high: number];
  readonly ends?: readonly string[] | undefined;
  /** Draws it, given the scale of the y axis. */
  readonly children: (y: (value: number) => number) => ComponentChildren;
}) {
  const y = linearScale(props.up, [HEIGHT - 1, 1], TICKS);
  return (
    <figure class="mini">
      <figcaption>
        {props.caption} <ChartFiles name={props.name} />
      </figcaption>
      <div class="plot">
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={props.label}>
          {y.ticks.map(({ value }) => (
            <line key={value} class="line-zero" x1={0} x2={WIDTH} y1={y(value)} y2={y(value)} />
          ))}
          {props.children(y)}
        </svg>
        {y.ticks.map(({ value, text }) => (
          <span key={value} class="tick muted" style={{ top: `${(100 * y(value)) / HEIGHT}%` }} aria-hidden="true">
            {text}
          </span>
        ))}
      </div>
      {props.ends !== undefined && (
        <p class="ends muted">
          {props.ends.map((end, i) => (
            <span key={i}>{end}</span>
          ))}
        </p>
      )}
    </figure>
  );
}
