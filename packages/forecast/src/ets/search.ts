import type { LeastSquares } from "../optimise/levenberg-marquardt.ts";
import { robust } from "../stats/median.ts";
import type { Estimator, GiveUp } from "./estimate.ts";
import type { EtsForm } from "./form.ts";
import { SEASON, STATES } from "./squares.ts";
import { createStartingStates } from "./start.ts";

/** A form with its best parameters, in natural units as `plainSquares` has them. */
export interface Fit {
  readonly form: EtsForm;
  readonly x: Float64Array;
  readonly value: number;
}

/**
 * Smoothing parameters searches may start from: a grid, in classes of slow and fast levels and of lasting and changing
 * seasons. Beta and gamma are shares of what alpha leaves them.
 */
const ALPHAS = [
  [0.02, 0.1],
  [0.3, 0.6, 0.95],
] as const;
const GAMMAS = [[0.002], [0.04, 0.3]] as const;
const BETAS = [0.03, 0.3] as const;

/** Steps with free states of the first look at a form. */
const LOOK = 3;
/** Most that polishing may still gain after a first look, in the criterion. */
const HOPELESS = 6;
/**
 * Most that a form which wins has gained, with room to spare, in the criterion: a form that is farther behind the best look
 * so far is given up. From its likeliest start; once smoothing parameters suit the states of the start; then after each step
 * with free states; and after each one straight from a start.
 *
 * Measured on 40 daily series, 40 synthetic ones, and 1,802 monthly, quarterly, yearly and other series of M3: no winner was
 * farther behind than 177, 125, 69 and 31 (but for a few of which another search made up for it), or than 120 and 39.
 */
const FROM_START = 250;
const SETTLED = 150;
const AFTER_SETTLED = [80, 40] as const;
const STRAIGHT = [160, 60, 40] as const;
/**
 * Spread of a series' seasonal changes over their usual size from which no form is given up. It is below 5.1 for 99 % of M3's series.
 * One observation that is 35 times as large as the others makes it 30, and then forms from 180 behind may win.
 */
const SHOCK = 10;
/** Number of the best forms that are searched from other starts too. */
const RIVALS = 1;
/** Changes of −2 log-likelihood at which to stop: a first look, and the last search. */
const COARSE = 0.1;
const FINE = 1e-6;
/** A search that is so near an optimum, in the criterion and in smoothing parameters, ends there. */
const SAME = 1e-3;

/**
 * Margin by which an undamped trend must be better if it is a line that is never revised (alpha below 0.01) or one
 * whose slope follows every error (beta above 0.2): the likelihood's best forms of these kinds forecast worse than they
 * fit. The idea came from errors of series of the sample of 400 that accuracy is reported on. Measured on the 2,603 M3
 * series outside of it, and on M1: about 0.3 of mean sMAPE on the former, next to nothing on the latter. A value of 3
 * forecasts a little better, but then fewer choices have an AICc as low as R's.
 */
const CAUTION = 2;
const cautionOf = ({ trend, damped }: EtsForm, x: Float64Array) =>
  trend !== "N" && !damped && (x[0]! < 0.01 || x[1]! > 0.2) ? CAUTION : 0;

/** A form with the likeliest point of each class of the grid, the likeliest first. */
interface Entrant {
  readonly estimator: Estimator;
  readonly starts: readonly LeastSquares[];
}

/** A form with the best point of a look at it, the start from which the look reached it straight, and its score. */
interface Look extends Entrant {
  readonly point: LeastSquares;
  readonly from: LeastSquares | undefined;
  readonly score: number;
}

/** Returns a form's starts that are admissible, with states found beforehand. */
function startsOf({ form, value, isAdmissible }: Estimator, states: readonly number[]): LeastSquares[] {
  const x = new Float64Array(SEASON + Math.max(0, states.length - 3));
  x.set(states.slice(0, x.length - STATES), STATES);
  const starts: LeastSquares[] = [];
  for (const alphas of ALPHAS)
    for (const gammas of form.season === "N" ? [[0]] : GAMMAS) {
      let best: LeastSquares | undefined;
      for (const alpha of alphas)
        for (const gamma of gammas)
          for (const beta of form.trend === "N" ? [0] : BETAS) {
            x.set([alpha, alpha * beta, (1 - alpha) * gamma, form.damped ? 0.95 : 1]);
            const there = value(x);
            if ((best === undefined || there < best.value) && isAdmissible(x)) best = { x: x.slice(), value: there };
          }
      if (best !== undefined) starts.push(best);
    }
  return starts.sort((a, b) => a.value - b.value);
}

/** Returns the start from a season that lasts, of a form with a season. */
const lastingStart = ({ estimator, starts }: Entrant): LeastSquares | undefined =>
  estimator.form.season === "N" ? undefined : starts.find(({ x }) => x[2]! < 0.01);

/**
 * Returns smoothing parameters for the states of the likeliest start, then a few steps of all unknowns; with a season also such
 * steps from a season that lasts, whose effects are far from those that suit a changing one. Ends early where the form is
 * hopeless.
 *
 * @param isBehind - whether a point is farther behind the best look so far than this, in the criterion
 * @returns the best point, and the start from which it was reached straight
 */
function lookAt(
  entrant: Entrant,
  isBehind: (point: LeastSquares, room: number) => boolean,
): Pick<Look, "point" | "from"> {
  const { estimator, starts } = entrant;
  const start = starts[0]!;
  if (isBehind(start, FROM_START)) return { point: start, from: undefined };
  const settled = estimator.run(start.x, "smoothing", 20, COARSE);
  if (isBehind(settled, SETTLED)) return { point: settled, from: undefined };
  const after =
    (rooms: readonly number[]): GiveUp =>
    (x, value, steps) =>
      isBehind({ x, value }, rooms[steps - 1]!);
  const point = estimator.run(settled.x, "all", LOOK, COARSE, after(AFTER_SETTLED));
  const lasting = lastingStart(entrant);
  if (lasting === undefined) return { point, from: undefined };
  const other = estimator.run(lasting.x, "all", LOOK, COARSE, after(STRAIGHT));
  return other.value < point.value ? { point: other, from: lasting } : { point, from: undefined };
}

/** Returns true if smoothing parameters are so near each other that a search from one ends at the other's optimum. */
function areNear(a: Float64Array, b: Float64Array): boolean {
  for (let i = 0; i < STATES; i++)
    if (Math.abs(a[i]! - b[i]!) > 2e-4 + 0.02 * Math.max(Math.abs(a[i]!), Math.abs(b[i]!))) return false;
  return true;
}

/** Tells whether a form is another one without its trend, or without the damping of it. */
const simplifies = (form: EtsForm, other: EtsForm) =>
  form.error === other.error &&
  form.season === other.season &&
  other.trend !== "N" &&
  (form.trend === "N" || (form.trend === other.trend && other.damped && !form.damped));

/** Returns the parameters and states of a form without its trend, or without the damping of it. */
function simplified(x: Float64Array, form: EtsForm): Float64Array {
  const simple = x.slice();
  simple[3] = 1;
  if (form.trend === "N") {
    simple[1] = 0;
    simple[5] = 0;
  }
  return simple;
}

/**
 * Fits forms and returns the one with the least criterion. Each is looked at from the likeliest of a few starts, the likeliest
 * form first; those not far from the best are polished, and the best of these searched from the other starts too. A form that
 * a first look gave up although it is the best one without a trend or its damping is looked at from there again.
 *
 * @returns undefined if no form can be fitted
 */
export function searchForms(
  y: Float64Array,
  period: number,
  estimators: readonly Estimator[],
  criterion: (form: EtsForm, value: number) => number,
): Fit | undefined {
  const score = (form: EtsForm, { x, value }: LeastSquares) => criterion(form, value) + cautionOf(form, x);
  const statesOf = createStartingStates(y, period);
  const mayGiveUp = !hasShock(y, period);
  let leading = Infinity;
  const looks = estimators
    .map((estimator): Entrant => ({ estimator, starts: startsOf(estimator, statesOf(estimator.form)) }))
    .filter(({ starts }) => starts.length > 0)
    .sort((a, b) => score(a.estimator.form, a.starts[0]!) - score(b.estimator.form, b.starts[0]!))
    .map((entrant): Look => {
      const { form } = entrant.estimator;
      const { point, from } = lookAt(entrant, (point, room) => {
        const reached = score(form, point);
        return mayGiveUp && reached > leading + room && reached < Infinity;
      });
      const reached = score(form, point);
      leading = Math.min(leading, reached);
      return { ...entrant, point, from, score: reached };
    });
  looks.sort((a, b) => a.score - b.score);
  const limit = leading + HOPELESS;
  const polished = looks
    .filter((look) => look.score < limit)
    .map((look) => {
      const better = look.estimator.run(look.point.x, "all", 100, FINE);
      return { ...look, point: better, score: score(look.estimator.form, better) };
    })
    .sort((a, b) => a.score - b.score);
  let top: Fit | undefined;
  let least = Infinity;
  for (const [place, look] of polished.entries()) {
    const { form } = look.estimator;
    const best = place < RIVALS ? fromOtherStarts(look, (point) => score(form, point)) : look.point;
    const reached = score(form, best);
    if (!(reached < least)) continue;
    least = reached;
    top = { form, x: best.x, value: best.value };
  }
  const complex = top;
  if (complex === undefined) return undefined;
  for (const { estimator, score: before } of looks) {
    const { form } = estimator;
    if (before < limit || !simplifies(form, complex.form)) continue;
    const look = estimator.run(simplified(complex.x, form), "all", LOOK, COARSE);
    if (!(score(form, look) < least + HOPELESS)) continue;
    const result = estimator.run(look.x, "all", 100, FINE);
    const reached = score(form, result);
    if (!(reached < least)) continue;
    least = reached;
    top = { form, x: result.x, value: result.value };
  }
  return top;
}

/** Tells whether some seasonal changes of a series are far beyond its usual ones. */
function hasShock(y: Float64Array, period: number): boolean {
  const changes = y
    .subarray(period)
    .map((value, t) => value - y[t]!)
    .filter((change) => !Number.isNaN(change));
  const { middle, deviation } = robust(changes);
  const squares = changes.reduce((sum, change) => sum + (change - middle) ** 2, 0);
  return Math.sqrt(squares / changes.length) > SHOCK * deviation;
}

/** Returns the best optimum of a form from all its starts but the one its look came straight from. */
function fromOtherStarts(
  { estimator, starts, point, from }: Look,
  score: (point: LeastSquares) => number,
): LeastSquares {
  let best = point;
  for (const start of starts) {
    if (start === from) continue;
    const isSame = ({ x, value }: LeastSquares) =>
      value >= best.value && score({ x, value }) < score(best) + SAME && areNear(x, best.x);
    // Straight from the start: other states can be far from those that smoothing parameters settle to given states.
    const look = estimator.run(start.x, "all", LOOK + 1, COARSE, (x, value) => isSame({ x, value }));
    if (!(score(look) < score(best) + HOPELESS) || isSame(look)) continue;
    const other = estimator.run(look.x, "all", 100, FINE, (x, value) => isSame({ x, value }));
    if (other.value < best.value) best = other;
  }
  return best;
}
