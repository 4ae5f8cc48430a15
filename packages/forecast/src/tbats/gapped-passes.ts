import { dot } from "../linalg/dot.ts";
import { gram } from "../linalg/gram.ts";
import { isAdmissible } from "./admissible.ts";
import type { ArmaCoefficients, Passes, PassSizes } from "./passes.ts";
import { run, stateColumns, whiten } from "./recursion.ts";

/** Returns the passes over a series with missing values: a run of the system for each state and each coordinate. */
export function gappedPasses(y: Float64Array, { system, count, p, q, lambda, damping }: PassSizes): Passes {
  const n = y.length;
  const m = system.states;
  const arrays = (length: number) => Array.from({ length }, () => new Float64Array(n));
  const z = y.slice();
  const change = new Float64Array(n);
  const errors = new Float64Array(n);
  const white = new Float64Array(n);
  const slopes = new Float64Array(n);
  const scratch = new Float64Array(n);
  const input = new Float64Array(n);
  const zeros = y.map((value) => (value === value ? 0 : NaN));
  const states = arrays(m);
  const columns = arrays(count);
  const lagged = arrays(p + q);
  const moving = new Float64Array(m);
  let coefficients: ArmaCoefficients = { ar: [], ma: [] };
  let start = 0;

  const whitenAll = (column: Float64Array) => whiten(coefficients.ar, coefficients.ma, column, y, scratch);

  return {
    z,
    change,
    white,
    isAdmissible: (limit) => isAdmissible(system, limit),
    fillStates(arma, mean, products, right) {
      coefficients = arma;
      start = mean;
      stateColumns(system, zeros, states);
      for (const column of states) whitenAll(column);
      gram(states, states, n, products, true);
      moving.fill(0);
      moving[0] = mean;
      run(system, moving, z, { errors: white });
      whitenAll(white);
      for (let i = 0; i < m; i++) right[i] = dot(states[i]!, white, 0, n);
    },
    fillErrors(x) {
      moving.set(x);
      moving[0]! += start;
      run(system, moving, z, { errors, slopes });
      white.set(errors);
      whitenAll(white);
      return dot(white, white, 0, n);
    },
    fillDerivatives(directions, products, crossed, right) {
      fillLagged();
      const length = m + p + q;
      columns.forEach((column, i) => {
        const changes = directions.subarray(i * length, (i + 1) * length);
        moving.fill(0);
        const direction = changes.subarray(0, m);
        if (i === lambda) run(system, moving, change, { errors: column });
        else if (i === damping) {
          for (let t = 0; t < n; t++) input[t] = zeros[t]! - slopes[t]!;
          run(system, moving, input, { errors: column }, { errors, direction, slopes });
        } else run(system, moving, zeros, { errors: column }, { errors, direction });
        whitenAll(column);
        lagged.forEach((values, a) => {
          const weight = changes[m + a]!;
          if (weight !== 0) for (let t = 0; t < n; t++) column[t]! += weight * values[t]!;
        });
        right[i] = dot(column, white, 0, n);
      });
      gram(columns, columns, n, products, true);
      gram(columns, states, n, crossed);
    },
  };

  /** Computes the derivative to each ARMA coefficient: the errors, or the white ones, at its lag, through the moving average. */
  function fillLagged(): void {
    lagged.forEach((out, i) => {
      const lag = i < p ? i + 1 : i - p + 1;
      const source = i < p ? errors : white;
      out.fill(0);
      for (let t = lag; t < n; t++) out[t] = y[t] === y[t] ? -source[t - lag]! : 0;
      whiten([], coefficients.ma, out, y, scratch);
    });
  }
}
