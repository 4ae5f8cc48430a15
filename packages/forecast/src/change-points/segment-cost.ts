/** Quantity that is constant within a segment. */
export type ChangeKind = "mean" | "mean-variance" | "trend";

/**
 * Writes the cost up to a segment plus the segment's own, `before[from]` + cost of [from, to), for the first `count` of
 * the starts `from`, to `out`; each in O(1).
 */
export type SegmentCost = (
  before: Float64Array,
  starts: Int32Array,
  count: number,
  to: number,
  out: Float64Array,
) => void;

/**
 * Returns twice the negative log likelihood of a segment, constants left out: squares about the mean or line over `variance`; or
 * length × log variance, where a 1e-6th part of `variance` is added so that a flat stretch does not gain without end.
 * From cumulative sums of the values about their median position, in units of the noise.
 *
 * @param at - time of each value
 */
export function segmentCost(kind: ChangeKind, at: Float64Array, x: Float64Array, variance: number): SegmentCost {
  const n = x.length;
  const middle = at[n >> 1]!;
  const centre = x.reduce((sum, value) => sum + value / n, 0);
  const scale = Math.sqrt(variance);
  const [y1, y2, t1, t2, ty] = Array.from({ length: 5 }, () => new Float64Array(n + 1)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  for (let i = 0; i < n; i++) {
    const y = (x[i]! - centre) / scale;
    const t = at[i]! - middle;
    y1[i + 1] = y1[i]! + y;
    y2[i + 1] = y2[i]! + y * y;
    t1[i + 1] = t1[i]! + t;
    t2[i + 1] = t2[i]! + t * t;
    ty[i + 1] = ty[i]! + t * y;
  }
  const reciprocal = Float64Array.from({ length: n + 1 }, (_, size) => 1 / size);
  const squares = (from: number, to: number) => {
    const sum = y1[to]! - y1[from]!;
    const cost = y2[to]! - y2[from]! - sum * sum * reciprocal[to - from]!;
    return cost > 0 ? cost : 0;
  };
  if (kind === "mean")
    return (before, starts, count, to, out) => {
      const sumTo = y1[to]!;
      const squaresTo = y2[to]!;
      for (let i = 0; i < count; i++) {
        const from = starts[i]!;
        const sum = sumTo - y1[from]!;
        const cost = squaresTo - y2[from]! - sum * sum * reciprocal[to - from]!;
        out[i] = before[from]! + (cost > 0 ? cost : 0);
      }
    };
  if (kind === "mean-variance")
    return (before, starts, count, to, out) => {
      for (let i = 0; i < count; i++) {
        const from = starts[i]!;
        out[i] = before[from]! + (to - from) * Math.log(squares(from, to) * reciprocal[to - from]! + 1e-6);
      }
    };
  return (before, starts, count, to, out) => {
    for (let i = 0; i < count; i++) {
      const from = starts[i]!;
      const time = t1[to]! - t1[from]!;
      const spread = t2[to]! - t2[from]! - time * time * reciprocal[to - from]!;
      const along = ty[to]! - ty[from]! - time * (y1[to]! - y1[from]!) * reciprocal[to - from]!;
      const cost = squares(from, to) - (spread > 0 ? (along * along) / spread : 0);
      out[i] = before[from]! + (cost > 0 ? cost : 0);
    }
  };
}
