import { termColumns } from "../regression/linear-terms.ts";
import { leastSquares } from "../stats/least-squares.ts";
import { mostHarmonics } from "./form.ts";

/** A shorter series is left to cheaper methods. */
const SHORTEST = 60;
const MOST_HARMONICS = 3;

/**
 * Returns true if a series may be worth a TBATS model: it has at least 60 observed values and three seasons, and a
 * regression of its changes from step to step on up to three harmonics of the period lowers the AIC. Changes, because
 * in a series that wanders any slow wave seems to explain something.
 *
 * @param y - observations, NaN where missing
 */
export function mayHaveHarmonics(y: Float64Array, period: number): boolean {
  if (period < 2 || y.length < 3 * period) return false;
  const rows = [...y.keys()].filter((t) => t > 0 && !Number.isNaN(y[t]! - y[t - 1]!));
  if (rows.length < SHORTEST - 1) return false;
  const changes = Float64Array.from(rows, (t) => y[t]! - y[t - 1]!);
  const harmonics = Math.min(MOST_HARMONICS, mostHarmonics(period));
  const { columns } = termColumns({ fourier: [{ period, harmonics }] }, 0, y.length);
  const observed = columns.map((column) => Float64Array.from(rows, (t) => column[t]!));
  const without = leastSquares(observed.slice(0, 1), changes).rss;
  const { rss, kept } = leastSquares(observed, changes);
  return without > 0 && rows.length * Math.log(without / rss) > 2 * (kept.length - 1);
}
