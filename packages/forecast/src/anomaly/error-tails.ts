import { brent } from "../optimise/brent.ts";
import { chiSquareCdf } from "../stats/chi-square.ts";
import { logGamma, normalQuantile, studentCdf, studentQuantile } from "../stats/distribution.ts";

/**
 * The distribution of errors on one side of their centre: half of a Student's t distribution with `df` degrees of freedom
 * (null: a normal distribution), as wide as `scale`. `share` of the errors are on this side.
 */
export interface ErrorTail {
  readonly scale: number;
  readonly df: number | null;
  readonly share: number;
}

const DEGREES = [null, 20, 10, 6, 4, 3];
/** A heavier tail must raise the log-likelihood by so much. */
const GAIN = 2;
/** The furthest errors count as further out than the others, not as how far: they may be anomalies. */
const CENSORED = 0.02;
const BINS = 120;
/** Fewer errors than this on a side say nothing about its tail. */
const FEWEST = 50;

/**
 * Fits both tails of errors by maximum likelihood, Gaussian unless a heavier tail fits clearly better. The 2 % furthest
 * out on each side are censored.
 *
 * @param errors - without NaN
 * @returns the lower and the upper tail
 */
export function fitTails(errors: Float64Array): readonly [ErrorTail, ErrorTail] {
  const below = errors.filter((error) => error < 0).map((error) => -error);
  const above = errors.filter((error) => error > 0);
  const sides = below.length + above.length;
  const both = errors.map(Math.abs).filter((error) => error > 0);
  const tail = (errors: Float64Array): ErrorTail => {
    const isEnough = errors.length >= FEWEST;
    return { ...fitHalf(isEnough ? errors : both), share: isEnough ? errors.length / sides : 0.5 };
  };
  return [tail(below), tail(above)];
}

/** Returns the distance from the centre that an error exceeds with probability `p`, on one side. */
export function tailQuantile({ scale, df, share }: ErrorTail, p: number): number {
  const beyond = Math.min(1, p / share);
  return scale * (df === null ? -normalQuantile(beyond / 2) : -studentQuantile(beyond / 2, df));
}

function fitHalf(sizes: Float64Array): Omit<ErrorTail, "share"> {
  const sorted = Float64Array.from(sizes).sort();
  const censored = Math.ceil(CENSORED * sorted.length);
  const limit = sorted[sorted.length - censored - 1] ?? 0;
  if (!(limit > 0)) return { scale: sorted.at(-1) ?? 0, df: null };
  const counts = new Float64Array(BINS);
  for (const size of sorted.subarray(0, sorted.length - censored))
    counts[Math.min(BINS - 1, Math.floor((BINS * size) / limit))]!++;
  const fits = DEGREES.map((df) => {
    const loss = (logScale: number) => -logLikelihood(counts, censored, limit, Math.exp(logScale), df);
    const { x, value } = brent(loss, { lower: Math.log(limit / 8), upper: Math.log(limit), tolerance: 1e-4 });
    return { scale: Math.exp(x), df, likelihood: -value - (df === null ? 0 : GAIN) };
  });
  const { scale, df } = fits.reduce((best, fit) => (fit.likelihood > best.likelihood ? fit : best));
  return { scale, df };
}

/** Returns the log-likelihood up to a constant of the data: densities at the middle of each bin, and the probability of the
 * censored errors. */
function logLikelihood(
  counts: Float64Array,
  censored: number,
  limit: number,
  scale: number,
  df: number | null,
): number {
  const normalising =
    df === null
      ? -0.5 * Math.log(2 * Math.PI)
      : logGamma((df + 1) / 2) - logGamma(df / 2) - 0.5 * Math.log(df * Math.PI);
  const width = limit / counts.length / scale;
  let sum = 0;
  counts.forEach((count, i) => {
    const square = ((i + 0.5) * width) ** 2;
    sum += count * (df === null ? -0.5 * square : -0.5 * (df + 1) * Math.log1p(square / df));
    sum += count * (normalising - Math.log(scale));
  });
  const edge = limit / scale;
  const beyond = df === null ? 0.5 * chiSquareCdf(edge * edge, 1, "upper") : 1 - studentCdf(edge, df);
  return sum + censored * Math.log(Math.max(Number.MIN_VALUE, beyond));
}
