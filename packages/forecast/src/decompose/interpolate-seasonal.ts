import { leastSquares } from "../stats/least-squares.ts";
import { checkPeriod, checkSeries, interpolate, type Series, toFloat64 } from "../time/series.ts";
import { seasonalTrend, standardSmoothers } from "./seasonal-trend.ts";

/**
 * Fills missing values of a seasonal series: they are first predicted by a regression on harmonics and a polynomial in
 * time, the filled series is decomposed by robust STL, and the seasonally adjusted series is interpolated linearly over
 * the gaps (flat at both ends) before the seasonal component is added back.
 *
 * Joined linearly without the seasonal part when the series does not hold more than two seasons, when fewer values are
 * observed than the regression has coefficients, or when a filled value lies more than half the observed range outside it.
 *
 * @param options.period - observations per season; 1 joins linearly
 * @returns the series itself, as a `Float64Array`, if nothing is missing
 * @throws {RangeError} if a value is infinite, or none is observed
 */
export function interpolateSeasonal(y: Series, options: { period: number }): Float64Array {
  const values = toFloat64(y);
  const n = values.length;
  const { period } = options;
  const observed = checkSeries(values);
  if (observed === n) return values;
  const joined = interpolate(values);
  const columns = regressors(n, period);
  if (period < 2 || n <= 2 * period || observed <= columns.length) return joined;
  const rows = [...values.keys()].filter((t) => !Number.isNaN(values[t]!));
  const { coef } = leastSquares(
    columns.map((column) => Float64Array.from(rows, (t) => column[t]!)),
    Float64Array.from(rows, (t) => values[t]!),
  );
  const filled = values.map((value, t) =>
    Number.isNaN(value)
      ? columns.reduce((sum, column, j) => (Number.isNaN(coef[j]!) ? sum : sum + coef[j]! * column[t]!), 0)
      : value,
  );
  const whole = Math.trunc(period);
  checkPeriod(whole);
  const { seasonal } = seasonalTrend(filled, whole, standardSmoothers(n, period), { inner: 1, outer: 15 });
  const adjusted = interpolate(values.map((value, t) => value - seasonal[t]!));
  const result = values.map((value, t) => (Number.isNaN(value) ? adjusted[t]! + seasonal[t]! : value));
  let low = Infinity;
  let high = -Infinity;
  for (const t of rows) {
    low = Math.min(low, values[t]!);
    high = Math.max(high, values[t]!);
  }
  const margin = (high - low) / 2;
  return result.every((value) => value >= low - margin && value <= high + margin) ? result : joined;
}

/** Returns a constant, Legendre polynomials in time up to degree 6 (one per ten values), and up to five harmonics. */
function regressors(n: number, period: number): Float64Array[] {
  const constant = new Float64Array(n).fill(1);
  const time = constant.map((_, t) => (2 * t) / Math.max(1, n - 1) - 1);
  const columns = [constant, time];
  const degree = Math.min(6, Math.max(1, Math.trunc(n / 10)));
  for (let k = 2; k <= degree; k++)
    columns.push(time.map((x, t) => ((2 * k - 1) * x * columns[k - 1]![t]! - (k - 1) * columns[k - 2]![t]!) / k));
  for (let k = 1; k <= Math.min(5, Math.trunc(period / 2)); k++) {
    const turn = (2 * Math.PI * k) / period;
    columns.push(time.map((_, t) => Math.cos(turn * (t + 1))));
    if (2 * k !== period) columns.push(time.map((_, t) => Math.sin(turn * (t + 1))));
  }
  return columns;
}
