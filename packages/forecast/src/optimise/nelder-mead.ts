/** Settings of `nelderMead`. */
export interface NelderMeadOptions {
  /** Length of the edges of the first simplex, per parameter. */
  readonly step: readonly number[];
  /** Stops when the function's values at the simplex differ by less than this fraction of their size. */
  readonly tolerance?: number;
  readonly maxEvaluations?: number;
}

/** The best point of a search, its value, and the number of evaluations. */
export interface NelderMeadResult {
  readonly x: Float64Array;
  readonly value: number;
  readonly evaluations: number;
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
  options: NelderMeadOptions,
): NelderMeadResult {
  const trials = nelderMeadTrials(start, options);
  let trial = trials.next();
  while (!trial.done) trial = trials.next(f(trial.value));
  return trial.value;
}

/** Yields the points that `nelderMead` evaluates and receives their values, so that several searches can share a call. */
export function* nelderMeadTrials(
  start: Float64Array,
  { step, tolerance = 1e-8, maxEvaluations = 200 * start.length }: NelderMeadOptions,
): Generator<Float64Array, NelderMeadResult, number> {
  const n = start.length;
  let evaluations = 0;
  const point = (x: Float64Array, value: number) => {
    evaluations++;
    return { x, value: Number.isNaN(value) ? Infinity : value };
  };
  const first = Float64Array.from(start);
  const simplex = [point(first, yield first)];
  for (let i = 0; i < n; i++) {
    const x = Float64Array.from(start);
    x[i]! += step[i]!;
    simplex.push(point(x, yield x));
  }
  while (evaluations < maxEvaluations) {
    simplex.sort((a, b) => a.value - b.value);
    const best = simplex[0]!;
    const worst = simplex[n]!;
    if (worst.value - best.value <= tolerance * Math.abs(best.value)) break;
    const centre = new Float64Array(n);
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) centre[j]! += simplex[i]!.x[j]! / n;
    const along = (t: number) => centre.map((c, j) => c + t * (worst.x[j]! - c));
    let x = along(-1);
    const reflected = point(x, yield x);
    if (reflected.value < best.value) {
      x = along(-2);
      const expanded = point(x, yield x);
      simplex[n] = expanded.value < reflected.value ? expanded : reflected;
    } else if (reflected.value < simplex[n - 1]!.value) {
      simplex[n] = reflected;
    } else {
      x = along(reflected.value < worst.value ? -0.5 : 0.5);
      const contracted = point(x, yield x);
      if (contracted.value < Math.min(reflected.value, worst.value)) simplex[n] = contracted;
      else
        for (let i = 1; i <= n; i++) {
          x = simplex[i]!.x.map((value, j) => (value + best.x[j]!) / 2);
          simplex[i] = point(x, yield x);
        }
    }
  }
  simplex.sort((a, b) => a.value - b.value);
  return { x: simplex[0]!.x, value: simplex[0]!.value, evaluations };
}
