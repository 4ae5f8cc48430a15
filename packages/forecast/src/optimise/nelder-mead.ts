/** Settings of `nelderMead`. */
export interface NelderMeadOptions {
  /** Length of the edges of the first simplex, per parameter. */
  readonly step: readonly number[];
  /** Stops when the function's values at the simplex differ by less than this fraction of their size. */
  readonly tolerance?: number;
  readonly maxEvaluations?: number;
}

/**
 * Minimises a function of a few variables without derivatives, by the downhill simplex method. A NaN counts as
 * Infinity, so a function can mark forbidden points.
 *
 * @returns the best point found, its value, and how often the function was called
 * @see Nelder & Mead (1965), doi:10.1093/comjnl/7.4.308; coefficients 1, 2, ½, ½
 */
export function nelderMead(
  f: (x: Float64Array) => number,
  start: Float64Array,
  { step, tolerance = 1e-8, maxEvaluations = 200 * start.length }: NelderMeadOptions,
): { x: Float64Array; value: number; evaluations: number } {
  const n = start.length;
  let evaluations = 0;
  const evaluate = (x: Float64Array) => {
    evaluations++;
    const value = f(x);
    return { x, value: Number.isNaN(value) ? Infinity : value };
  };
  const simplex = [evaluate(Float64Array.from(start))];
  for (let i = 0; i < n; i++) {
    const x = Float64Array.from(start);
    x[i]! += step[i]!;
    simplex.push(evaluate(x));
  }
  while (evaluations < maxEvaluations) {
    simplex.sort((a, b) => a.value - b.value);
    const best = simplex[0]!;
    const worst = simplex[n]!;
    if (worst.value - best.value <= tolerance * Math.abs(best.value)) break;
    const centre = new Float64Array(n);
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) centre[j]! += simplex[i]!.x[j]! / n;
    const along = (t: number) => evaluate(centre.map((c, j) => c + t * (worst.x[j]! - c)));
    const reflected = along(-1);
    if (reflected.value < best.value) {
      const expanded = along(-2);
      simplex[n] = expanded.value < reflected.value ? expanded : reflected;
    } else if (reflected.value < simplex[n - 1]!.value) {
      simplex[n] = reflected;
    } else {
      const contracted = along(reflected.value < worst.value ? -0.5 : 0.5);
      if (contracted.value < Math.min(reflected.value, worst.value)) simplex[n] = contracted;
      else
        for (let i = 1; i <= n; i++) simplex[i] = evaluate(simplex[i]!.x.map((value, j) => (value + best.x[j]!) / 2));
    }
  }
  simplex.sort((a, b) => a.value - b.value);
  return { x: simplex[0]!.x, value: simplex[0]!.value, evaluations };
}
