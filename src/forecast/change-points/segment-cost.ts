/** What is constant within a segment. */
export type ChangeKind = "mean" | "mean-variance" | "trend";

/** Cost of the segment [from, to), in O(1). */
export type SegmentCost = (from: number, to: number) => number;

/**
 * Twice the negative log likelihood of a segment, constants left out: squares about the mean or line over `variance`; or
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
  const squares = (from: number, to: number) => {
    const sum = y1[to]! - y1[from]!;
    return Math.max(0, y2[to]! - y2[from]! - (sum * sum) / (to - from));
  };
  if (kind === "mean") return squares;
  if (kind === "mean-variance") return (from, to) => (to - from) * Math.log(squares(from, to) / (to - from) + 1e-6);
  return (from, to) => {
    const size = to - from;
    const time = t1[to]! - t1[from]!;
    const spread = t2[to]! - t2[from]! - (time * time) / size;
    const along = ty[to]! - ty[from]! - (time * (y1[to]! - y1[from]!)) / size;
    return Math.max(0, squares(from, to) - (spread > 0 ? (along * along) / spread : 0));
  };
}
