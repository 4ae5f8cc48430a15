import type { Line } from "../../wire.ts";

const [WIDTH, HEIGHT] = [600, 88];

/** Draws bars of equal width about zero, and marks those beyond the band. */
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
  const { values, band } = props;
  const [low, high] = props.bounds;
  const y = (value: number) => HEIGHT - (HEIGHT * (value - low)) / (high - low || 1);
  const width = WIDTH / values.length;
  const tone = (value: number, i: number) => {
    const middle = (values.length - 1) / 2;
    if (props.gains !== undefined)
      return i === middle ? "bar-plain" : i < middle === (props.gains === "left") ? "bar-gain" : "bar-loss";
    return band !== undefined && Math.abs(value) > band ? "bar-beyond" : "bar-plain";
  };
  return (
    <figure class="mini">
      <figcaption>{props.label}</figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={props.label}>
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
      </svg>
      <p class="ends muted">
        <span>{props.first}</span>
        <span>{props.last}</span>
      </p>
    </figure>
  );
}
