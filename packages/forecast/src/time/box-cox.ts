import { checkOptions } from "../model/options.ts";
import { brent } from "../optimise/brent.ts";
import { checkPeriod, checkSeries, type Series, toFloat64 } from "./series.ts";

/**
 * Returns the Box–Cox transformation: log y for λ = 0, else (sign(y) |y|^λ - 1) / λ, the form that admits negative
 * values for λ > 0. NaN stays NaN.
 *
 * @param lambda - the exponent λ, finite
 * @throws {RangeError} if λ is not finite, or an observation is not positive and λ ≤ 0
 * @see Box & Cox (1964), doi:10.1111/j.2517-6161.1964.tb00553.x; Bickel & Doksum (1981), doi:10.2307/2287831
 */
export function boxCox(y: Series, lambda: number): Float64Array {
  checkLambda(lambda);
  const values = Float64Array.from(toFloat64(y));
  for (let t = 0; t < values.length; t++) {
    const value = values[t]!;
    if (lambda <= 0 && value <= 0)
      throw new RangeError(`the series has ${value} at position ${t}; lambda ${lambda} needs positive values`);
    values[t] = lambda === 0 ? Math.log(value) : (Math.sign(value) * Math.abs(value) ** lambda - 1) / lambda;
  }
  return values;
}

/**
 * Returns the inverse of the Box–Cox transformation. Without a variance, a mean on the transformed scale becomes the
 * median on the original scale. With a variance, it becomes the mean on the original scale, to second order.
 *
 * @param lambda - the exponent λ, finite
 * @param options.variance - forecast variance on the transformed scale: one, or one a value
 * @returns NaN where a value is NaN; Infinity if λ < 0 and the value is at or above the transform's limit, -1 / λ
 * @throws {RangeError} if λ is not finite, a variance is negative or the lengths differ
 * @see Box & Cox (1964), doi:10.1111/j.2517-6161.1964.tb00553.x; Guerrero (1993), doi:10.1002/for.3980120104
 */
export function invBoxCox(z: Series, lambda: number, options: { variance?: number | Series } = {}): Float64Array {
  checkOptions("invBoxCox", options, { variance: true });
  checkLambda(lambda);
  const { variance } = options;
  if (typeof variance === "object" && variance.length !== z.length)
    throw new RangeError(`${z.length} values but ${variance.length} variances; the lengths must agree`);
  const values = Float64Array.from(toFloat64(z));
  for (let t = 0; t < values.length; t++) {
    const base = lambda * values[t]! + 1;
    if (lambda === 0) values[t] = Math.exp(values[t]!);
    else if (lambda < 0 && base <= 0) values[t] = Infinity;
    else values[t] = Math.sign(base) * Math.abs(base) ** (1 / lambda);
    if (variance === undefined) continue;
    const spread = typeof variance === "number" ? variance : variance[t]!;
    if (spread < 0) throw new RangeError(`the variance is ${spread} at position ${t}; it must not be negative`);
    if (values[t] !== Infinity && spread > 0) values[t]! *= 1 + (spread * (1 - lambda)) / (2 * base * base);
  }
  return values;
}

/**
 * Chooses λ for the Box–Cox transformation.
 *
 * `"guerrero"` (default) minimises the coefficient of variation of sd / mean^(1 - λ) over successive subperiods of one
 * season (of two observations if the period is 1), counted from the end. Brent's method finds it to about 1e-4, so a
 * minimum at a bound is returned slightly inside the bound. `"loglik"` maximises the profile log-likelihood of a linear
 * trend with seasonal means, over a grid of 0.05.
 *
 * Missing values are left out of their subperiod, which needs at least two observed values, or of the regression.
 *
 * @param options.period - observations per season, 1 by default
 * @param options.lower - least λ, -1 by default; at least 0 if a value is not positive
 * @param options.upper - greatest λ, 2 by default
 * @returns 1 if the series has at most two seasons, or nothing can be estimated
 * @throws {RangeError} if a value is infinite, an option is out of range, or with `"loglik"` a value is not positive
 * @see Guerrero (1993), doi:10.1002/for.3980120104; Box & Cox (1964), doi:10.1111/j.2517-6161.1964.tb00553.x
 */
export function boxCoxLambda(
  y: Series,
  options: { period?: number; method?: "guerrero" | "loglik"; lower?: number; upper?: number } = {},
): number {
  checkOptions("boxCoxLambda", options, { period: true, method: true, lower: true, upper: true });
  const { period = 1, method = "guerrero", upper = 2 } = options;
  checkPeriod(period);
  const values = toFloat64(y);
  checkSeries(values, 1);
  const lower = values.some((value) => value <= 0) ? Math.max(0, options.lower ?? -1) : (options.lower ?? -1);
  checkLambda(lower);
  checkLambda(upper);
  if (!(lower < upper)) throw new RangeError(`lower is ${lower} and upper ${upper}; lower must be below upper`);
  if (values.length <= 2 * period) return 1;
  return method === "guerrero" ? guerrero(values, period, lower, upper) : likeliest(values, period, lower, upper);
}

function guerrero(y: Float64Array, period: number, lower: number, upper: number): number {
  const length = Math.max(2, period);
  const logMeans: number[] = [];
  const deviations: number[] = [];
  for (let start = y.length % length; start < y.length; start += length) {
    const part = y.subarray(start, start + length).filter((value) => !Number.isNaN(value));
    const mean = part.reduce((sum, value) => sum + value, 0) / part.length;
    if (part.length < 2 || !(mean > 0)) continue;
    logMeans.push(Math.log(mean));
    deviations.push(Math.sqrt(part.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (part.length - 1)));
  }
  const count = logMeans.length;
  if (count < 2 || deviations.every((deviation) => deviation === 0)) return 1;
  const ratios = new Float64Array(count);
  const variation = (lambda: number) => {
    let mean = 0;
    for (let i = 0; i < count; i++) mean += ratios[i] = deviations[i]! * Math.exp((lambda - 1) * logMeans[i]!);
    mean /= count;
    let sum = 0;
    for (let i = 0; i < count; i++) sum += (ratios[i]! - mean) ** 2;
    return Math.sqrt(sum / (count - 1)) / mean;
  };
  return brent(variation, { lower, upper, tolerance: Number.EPSILON ** 0.25 }).x;
}

/** Returns the trend and seasonal means are projected out phase by phase, so that each λ costs one pass. */
function likeliest(y: Float64Array, period: number, lower: number, upper: number): number {
  const rows = [...y.keys()].filter((t) => !Number.isNaN(y[t]!));
  const n = rows.length;
  const logs = Float64Array.from(rows, (t) => {
    if (y[t]! <= 0) throw new RangeError(`the series has ${y[t]} at position ${t}; "loglik" needs positive values`);
    return Math.log(y[t]!);
  });
  const phases = rows.map((t) => t % period);
  const sizes = new Float64Array(period);
  for (const phase of phases) sizes[phase]! += 1;
  const sums = new Float64Array(period);
  const centre = (x: Float64Array) => {
    sums.fill(0);
    for (let i = 0; i < n; i++) sums[phases[i]!]! += x[i]!;
    for (let i = 0; i < n; i++) x[i]! -= sums[phases[i]!]! / sizes[phases[i]!]!;
  };
  const time = Float64Array.from(rows);
  centre(time);
  const spread = time.reduce((sum, value) => sum + value * value, 0);
  const jacobian = logs.reduce((sum, value) => sum + value, 0);
  const z = new Float64Array(n);
  let best = 1;
  let highest = -Infinity;
  for (let i = 0; lower + 0.05 * i <= upper + 1e-9; i++) {
    const lambda = lower + 0.05 * i;
    for (let k = 0; k < n; k++) z[k] = Math.abs(lambda) < 1e-9 ? logs[k]! : Math.expm1(lambda * logs[k]!) / lambda;
    centre(z);
    let squares = 0;
    let slope = 0;
    for (let k = 0; k < n; k++) {
      squares += z[k]! * z[k]!;
      slope += z[k]! * time[k]!;
    }
    const rss = squares - (spread > 0 ? (slope * slope) / spread : 0);
    const loglik = (-n / 2) * Math.log(rss) + (lambda - 1) * jacobian;
    if (rss > 0 && loglik > highest) {
      highest = loglik;
      best = lambda;
    }
  }
  return best;
}

function checkLambda(lambda: number): void {
  if (!Number.isFinite(lambda)) throw new RangeError(`lambda is ${lambda}; it must be finite`);
}
