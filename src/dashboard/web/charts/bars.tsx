import type { Line } from "../../wire.ts";
import { SmallPlot, WIDTH } from "./small-plot.tsx";

/** Draws bars of equal width about zero and marks those beyond the band. */
export function Bars(props: {
  readonly label: string;
  readonly values: Line;
  readonly bounds: readonly [number, number];
  readonly band?: number;
  readonly first: string;
  readonly last: string;
  /** Colours the bars of one side of the middle as gains, those of the other as losses. */
  readonly gains?: "left" | "right";
}) {
  const { label, values, band, bounds } = props;
  const [low] = bounds;
  const width = WIDTH / values.length;
  const tone = (value: number, i: number) => {
    const middle = (values.length - 1) / 2;
    if (props.gains !== undefined)
      return i === middle ? "bar-plain" : i < middle === (props.gains === "left") ? "bar-gain" : "bar-loss";
    return band !== undefined && Math.abs(value) > band ? "bar-beyond" : "bar-plain";
  };
  return (
    <SmallPlot name={label} label={label} caption={label} up={bounds} ends={[props.first, props.last]}>
      {(y) => (
        <>
          {band !== undefined && <rect class="band" x={0} width={WIDTH} y={y(band)} height={y(-band) - y(band)} />}
          {values.map((value, i) =>
            value === null ? null : (
              <rect
                key={i}
                class={tone(value, i)}
                x={i * width}
                width={Math.max(1, width - 1)}
                y={Math.min(y(0), y(value))}
                height={Math.abs(y(value) - y(0))}
              />
            ),
          )}
          <line class="line-zero" x1={0} x2={WIDTH} y1={y(Math.max(low, 0))} y2={y(Math.max(low, 0))} />
        </>
      )}
    </SmallPlot>
  );
}
