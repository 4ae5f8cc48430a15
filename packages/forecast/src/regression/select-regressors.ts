import { chooseDifferences } from "../arima/choose-differences.ts";
import { type Differencing, differenced } from "../arima/differencing.ts";
import type { Design } from "../arima/regressors.ts";
import { acf } from "../stats/autocorrelation.ts";
import { type LeastSquares, leastSquares } from "../stats/least-squares.ts";

/**
 * Reason why a regressor has no effect in a model. `never-seen`: it has no value where the series has one. `constant`:
 * it has the same value wherever the series has one. `too-few-rows`: the series is too short for so many regressors.
 * `collinear`: differenced like the series, it is a combination of the regressors before it. `no-gain`: the information
 * criterion is lower without it.
 */
export type LeftOut = "never-seen" | "constant" | "too-few-rows" | "collinear" | "no-gain";

/** Regressors chosen for a series, with their effects. */
export interface Selection {
  readonly differencing: Differencing;
  /** Positions of the columns that stay, ascending. */
  readonly kept: readonly number[];
  /** The effect of each of these, and its standard error. */
  readonly coef: readonly number[];
  readonly se: readonly number[];
  /** The reason why each of the others does not, by position. */
  readonly left: ReadonlyMap<number, LeftOut>;
}

/** Columns that the criterion decides on in another way than one by one. */
export interface SelectionRules {
  /** Names of columns that stay in the model if they can be estimated. */
  readonly needed?: ReadonlySet<string>;
  /**
   * Names of nested groups, such as the harmonics of a season. The best number of groups stays, counted from the first.
   */
  readonly nested?: readonly (readonly (readonly string[])[])[];
}

/** So many observed values are needed for each column. */
const VALUES_PER_COLUMN = 4;
/** The longest autoregression of the errors. */
const LONGEST_AUTOREGRESSION = 30;
/** The number of times that errors and effects are estimated in turn. */
const ROUNDS = 2;

/**
 * Chooses the regressors of a series, and estimates their effects by feasible generalised least squares: series and regressors
 * are differenced by the tests of `autoArima`, and their errors follow an autoregression whose order AICc decides (at most two
 * seasons and one step). Then each column is left out whose absence lowers BIC, the least useful first. Of nested groups as many stay as
 * have the least AICc.
 *
 * @param y - observations, NaN where missing
 * @param design - a column for each regressor, finite wherever `y` is observed
 * @see Cochrane & Orcutt (1949), doi:10.1080/01621459.1949.10483290; Hurvich & Tsai (1989), doi:10.1093/biomet/76.2.297 (AICc);
 *   Schwarz (1978), doi:10.1214/aos/1176344136 (BIC)
 */
export function selectRegressors(
  y: Float64Array,
  design: Design,
  period: number,
  { needed = new Set(), nested = [] }: SelectionRules = {},
): Selection {
  const left = new Map<number, LeftOut>();
  const rows = observedRows(y, 0);
  const observed = rows.length;
  const positions = [...design.columns.keys()].filter((j) => {
    if (varies(design.columns[j]!, rows)) return true;
    left.set(j, "constant");
    return false;
  });
  for (const j of positions.splice(Math.floor(observed / VALUES_PER_COLUMN))) left.set(j, "too-few-rows");
  const columns = positions.map((j) => design.columns[j]!);
  const seasonal = observed > period ? period : 1;
  const ofLevels = [new Float64Array(y.length).fill(1), ...columns];
  const levels = fitRows(rows, y, ofLevels);
  const errors = columns.length === 0 ? y : addEffects(y.slice(), ofLevels, levels.coef, -1);
  const differencing = { ...chooseDifferences(errors, seasonal, false, {}), period: seasonal };
  const isDifferenced = differencing.d + differencing.D > 0;
  const response = differenced(y, differencing);
  const all = isDifferenced
    ? [new Float64Array(response.length).fill(1), ...columns.map((column) => differenced(column, differencing))]
    : ofLevels;
  const fit = isDifferenced ? fitRows(observedRows(response, 0), response, all) : levels;
  const estimate = new Estimate(response, all, fit, Math.min(LONGEST_AUTOREGRESSION, 2 * seasonal + 1));
  const at = (name: string) => positions.findIndex((j) => design.names[j] === name);
  for (const [i, j] of positions.entries()) if (!estimate.has(i + 1)) left.set(j, "collinear");
  const groups = nested.map((family) => family.map((names) => names.map((name) => at(name) + 1).filter((i) => i > 0)));
  for (const group of groups) estimate.shorten(group);
  const stays = new Set([0, ...groups.flat(2), ...[...needed].map((name) => at(name) + 1)]);
  estimate.eliminate(stays);
  for (const [i, j] of positions.entries()) if (!estimate.has(i + 1) && !left.has(j)) left.set(j, "no-gain");
  const remaining = positions.filter((j) => !left.has(j));
  const effects = remaining.map((j) => estimate.effect(positions.indexOf(j) + 1));
  return {
    differencing,
    kept: remaining,
    coef: effects.map(({ coef }) => coef),
    se: effects.map(({ se }) => se),
    left,
  };
}

/** Tells whether a column has several values in some rows. */
function varies(column: Float64Array, rows: readonly number[]): boolean {
  const first = column[rows[0] ?? 0];
  for (const t of rows) if (column[t] !== first) return true;
  return false;
}

/** A regression with autoregressive errors, from which columns are taken one after another. The first one is the constant. */
class Estimate {
  readonly #rows: number;
  /** The columns that are in it: their positions, and the inverse of their cross products. */
  #kept: number[];
  #inverse: Float64Array[];
  #coef: number[];
  #rss: number;

  constructor(response: Float64Array, columns: readonly Float64Array[], start: LeastSquares, longest: number) {
    let filtered = { rows: [] as number[], response, columns };
    let fit = start;
    for (let round = 0; round < ROUNDS; round++) {
      const phi = autoregression(addEffects(response.slice(), columns, fit.coef, -1), longest);
      // An error that is missing is expected to be 0.
      const expected = addEffects(new Float64Array(response.length), columns, fit.coef, 1);
      const filled = response.map((value, t) => (Number.isNaN(value) ? expected[t]! : value));
      filtered = {
        rows: observedRows(response, phi.length),
        response: whitened(filled, phi),
        columns: columns.map((column) => whitened(column, phi)),
      };
      fit = fitRows(filtered.rows, filtered.response, filtered.columns);
    }
    this.#rows = filtered.rows.length;
    this.#kept = [...fit.kept];
    this.#coef = fit.kept.map((j) => fit.coef[j]!);
    this.#rss = fit.rss;
    const { root } = fit;
    this.#inverse = root.map((row) =>
      Float64Array.from(root, (other) => row.reduce((sum, value, k) => sum + value * other[k]!, 0)),
    );
  }

  has(column: number): boolean {
    return this.#kept.includes(column);
  }

  /** Returns the effect of a column that is in it. */
  effect(column: number): { coef: number; se: number } {
    const i = this.#kept.indexOf(column);
    const freedom = this.#rows - this.#kept.length;
    return { coef: this.#coef[i]!, se: Math.sqrt((this.#inverse[i]![i]! * this.#rss) / freedom) };
  }

  /** Takes out the columns, the least useful first, as long as BIC becomes less. */
  eliminate(stays: ReadonlySet<number>): void {
    for (;;) {
      let least = -1;
      for (const [i, column] of this.#kept.entries())
        if (!stays.has(column) && (least < 0 || this.#cost(i) < this.#cost(least))) least = i;
      if (least < 0) return;
      const without = bic(this.#rss + this.#cost(least), this.#kept.length - 1, this.#rows);
      if (!(without < bic(this.#rss, this.#kept.length, this.#rows))) return;
      this.#remove(least);
    }
  }

  /** Keeps as many groups of columns, from the first, as have the least AICc. */
  shorten(groups: readonly (readonly number[])[]): void {
    const before = {
      kept: [...this.#kept],
      coef: [...this.#coef],
      inverse: this.#inverse.map((row) => row.slice()),
      rss: this.#rss,
    };
    let best = { count: groups.length, criterion: aicc(this.#rss, this.#kept.length, this.#rows) };
    const drop = (columns: readonly number[]) => {
      for (const column of columns) if (this.has(column)) this.#remove(this.#kept.indexOf(column));
    };
    for (let count = groups.length - 1; count >= 0; count--) {
      drop(groups[count]!);
      const criterion = aicc(this.#rss, this.#kept.length, this.#rows);
      if (criterion < best.criterion) best = { count, criterion };
    }
    ({ kept: this.#kept, coef: this.#coef, inverse: this.#inverse, rss: this.#rss } = before);
    for (const group of groups.slice(best.count)) drop(group);
  }

  /** Returns the growth of the sum of squares without a column. */
  #cost(i: number): number {
    return this.#coef[i]! ** 2 / this.#inverse[i]![i]!;
  }

  #remove(i: number): void {
    this.#rss += this.#cost(i);
    const pivot = this.#inverse[i]!;
    const scale = pivot[i]!;
    const others = [...this.#kept.keys()].filter((k) => k !== i);
    this.#coef = others.map((k) => this.#coef[k]! - (pivot[k]! / scale) * this.#coef[i]!);
    this.#inverse = others.map((k) => {
      const row = this.#inverse[k]!;
      return Float64Array.from(others, (l) => row[l]! - (pivot[k]! * pivot[l]!) / scale);
    });
    this.#kept = others.map((k) => this.#kept[k]!);
  }
}

/** Returns the rows with a value, from one on. */
function observedRows(response: Float64Array, first: number): number[] {
  const rows: number[] = [];
  for (let t = first; t < response.length; t++) if (!Number.isNaN(response[t]!)) rows.push(t);
  return rows;
}

function fitRows(rows: readonly number[], response: Float64Array, columns: readonly Float64Array[]) {
  const pick = (column: Float64Array) => {
    if (rows.length === column.length) return column;
    const picked = new Float64Array(rows.length);
    for (let i = 0; i < rows.length; i++) picked[i] = column[rows[i]!]!;
    return picked;
  };
  return leastSquares(columns.map(pick), pick(response));
}

/** Returns weights of an autoregression by the Yule–Walker equations, of the order with the least AICc. */
function autoregression(errors: Float64Array, longest: number): Float64Array {
  const n = errors.filter((value) => !Number.isNaN(value)).length;
  const most = Math.min(longest, Math.floor(n / 10), errors.length - 1);
  let best: Float64Array = new Float64Array(0);
  if (most < 1) return best;
  const rho = acf(errors, { maxLag: most });
  let weights = best;
  let variance = 1;
  let least = aicc(n, 0, n);
  for (let k = 1; k <= most; k++) {
    const last = weights.reduce((remainder, weight, j) => remainder - weight * rho[k - 1 - j]!, rho[k]!) / variance;
    if (!(Math.abs(last) < 1)) break;
    const shorter = weights;
    weights = Float64Array.from({ length: k }, (_, j) =>
      j === k - 1 ? last : shorter[j]! - last * shorter[k - 2 - j]!,
    );
    variance *= 1 - last * last;
    const criterion = aicc(n * variance, k, n);
    if (criterion < least) [best, least] = [weights, criterion];
  }
  return best;
}

/** Returns a column less what its past values say of it; the first ones stay. */
function whitened(column: Float64Array, phi: Float64Array): Float64Array {
  const p = phi.length;
  const result = column.slice();
  for (let t = p; t < column.length; t++) {
    let value = column[t]!;
    for (let i = 0; i < p; i++) value -= phi[i]! * column[t - 1 - i]!;
    result[t] = value;
  }
  return result;
}

/** Adds the sum of columns with their coefficients, times a factor, to values in place. */
function addEffects(
  values: Float64Array,
  columns: readonly Float64Array[],
  coef: Float64Array,
  factor: 1 | -1,
): Float64Array {
  columns.forEach((column, j) => {
    const weight = factor * coef[j]!;
    // The coefficient of a column that depends on others is NaN.
    if (weight === weight) for (let t = 0; t < values.length; t++) values[t]! += weight * column[t]!;
  });
  return values;
}

/** Returns the BIC of a regression with so many columns, up to a constant. */
function bic(rss: number, columns: number, rows: number): number {
  return rows * Math.log(rss / rows) + columns * Math.log(rows);
}

/** Returns the AICc of a regression with `columns` columns, up to a constant. The variance counts as a coefficient. */
function aicc(rss: number, columns: number, rows: number): number {
  const k = columns + 1;
  return rows > k + 1 ? rows * Math.log(rss / rows) + 2 * k + (2 * k * (k + 1)) / (rows - k - 1) : Infinity;
}
