import { whyNotPlain } from "../../../../src/core/columns/plain-data.ts";
import { type FittedModel, type Forecast, fitted, forecast, supports, update } from "../../src/index.ts";
import { whyNotPlausible } from "./plausible.ts";
import type { Sample } from "./samples.ts";

/** A series, and a method fitted to it. */
export interface Subject extends Sample {
  readonly fit: (values: Float64Array) => FittedModel;
  readonly model: FittedModel;
}

/** Throws an Error that says why a subject does not have the property. Returns false where the property says nothing of it. */
type Property = (subject: Subject) => boolean;

const LEVELS = [0, 50, 80, 95];

/** Returns the number of steps: two seasons and some. */
const horizon = ({ period }: Sample) => 2 * period + 6;

const observedOf = (values: Float64Array) => values.filter((value) => !Number.isNaN(value));

/** Returns the least and the greatest observation. */
function rangeOf(values: Float64Array): { low: number; high: number } {
  const observed = observedOf(values);
  return { low: observed.reduce((a, b) => Math.min(a, b)), high: observed.reduce((a, b) => Math.max(a, b)) };
}

/** Returns the greatest absolute value: rounding errors are relative to it. */
function magnitude(values: Float64Array): number {
  const { low, high } = rangeOf(values);
  return Math.max(Math.abs(low), Math.abs(high));
}

/** @throws {Error} naming the first place where two arrays differ by more than the tolerance; NaN equals NaN */
function expectClose(subject: string, actual: Float64Array, expected: Float64Array, tolerance: number): void {
  if (actual.length !== expected.length) throw new Error(`${subject}: ${actual.length} steps, not ${expected.length}`);
  actual.forEach((value, i) => {
    const other = expected[i] ?? NaN;
    const close = Object.is(value, other) || Math.abs(value - other) <= tolerance;
    if (!close) throw new Error(`${subject}, step ${i + 1}: ${value}, not ${other} (tolerance ${tolerance})`);
  });
}

/** @throws {Error} naming the first place where two forecasts differ by more than the tolerance */
function expectCloseForecasts(actual: Forecast, expected: Forecast, tolerance: number): void {
  expectClose("point forecast", actual.mean, expected.mean, tolerance);
  actual.levels.forEach((level, l) => {
    const none = new Float64Array();
    expectClose(`lower bound of ${level} %`, actual.lower[l] ?? none, expected.lower[l] ?? none, tolerance);
    expectClose(`upper bound of ${level} %`, actual.upper[l] ?? none, expected.upper[l] ?? none, tolerance);
  });
}

/** Returns a forecast with every array changed alike. */
function mapForecast({ mean, levels, lower, upper }: Forecast, change: (row: Float64Array) => Float64Array): Forecast {
  return { mean: change(mean), levels, lower: lower.map(change), upper: upper.map(change) };
}

/**
 * Returns the tolerance between forecasts that are each at an optimum of their own search: a thousandth of the
 * interval, and five digits of the forecast.
 */
function searchTolerance(expected: Forecast): number {
  const widest = widthsOf(expected).reduce((a, b) => Math.max(a, b));
  return 1e-5 * magnitude(expected.mean) + (Number.isNaN(widest) ? 0 : 1e-3 * widest);
}

/** Compares the forecast of a changed series with the changed forecast of the series. */
function expectEquivariant(subject: Subject, change: (value: number) => number): void {
  const options = { h: horizon(subject), levels: LEVELS };
  const { mean, levels, lower, upper } = mapForecast(forecast(subject.model, options), (row) => row.map(change));
  const turned = change(1) < change(0);
  const expected = { mean, levels, lower: turned ? upper : lower, upper: turned ? lower : upper };
  const values = subject.values.map(change);
  const actual = forecast(subject.fit(values), options);
  expectCloseForecasts(actual, expected, searchTolerance(expected) + 1e-7 * magnitude(values));
}

/** Returns the series' own values after a missing one in each third place: what an update may bring. */
const withGaps = (next: Float64Array) => next.map((value, t) => (t % 3 === 1 ? NaN : value));

/** Returns the width of each step's interval of the greatest level. */
function widthsOf({ lower, upper }: Forecast): Float64Array {
  const top = upper.at(-1) ?? new Float64Array();
  return top.map((value, i) => value - (lower.at(-1)?.[i] ?? NaN));
}

/**
 * The properties of every method, but for the exceptions of exceptions.ts. All but the first hold for the series that
 * it fits.
 */
export const PROPERTIES = {
  "fits any series": ({ fit, values }) => {
    fit(values);
    return true;
  },

  "forecasts finite values, with bounds unless its variance is not known": (subject) => {
    const { model, values } = subject;
    const { mean, lower, upper } = forecast(model, { h: horizon(subject) });
    if (!mean.every(Number.isFinite)) throw new Error(`point forecasts ${mean.join(", ")}`);
    // A single observation tells no variance, and neither do several without a one-step error.
    const unknown = observedOf(values).length === 1 || ("sigma2" in model && model.sigma2 === null);
    for (const bounds of [...lower, ...upper])
      if (!bounds.every(unknown ? Number.isNaN : Number.isFinite)) throw new Error(`bounds ${bounds.join(", ")}`);
    return true;
  },

  "is deterministic": (subject) => {
    const [first, second] = [subject.model, subject.fit(subject.values)].map((model) => JSON.stringify(model));
    if (first !== second) throw new Error(`${second}, not ${first}`);
    return true;
  },

  "survives JSON": (subject) => {
    const { model, next } = subject;
    const why = whyNotPlain(model, "model");
    if (why !== undefined) throw new Error(why);
    const copy: FittedModel = JSON.parse(JSON.stringify(model));
    const options = { h: horizon(subject), levels: LEVELS };
    expectCloseForecasts(forecast(copy, options), forecast(model, options), 0);
    if (supports(model, "update"))
      expectCloseForecasts(forecast(update(copy, next), options), forecast(update(model, next), options), 0);
    return true;
  },

  "forecasts the same first steps over any horizon": (subject) => {
    const { model } = subject;
    const long = forecast(model, { h: horizon(subject), levels: LEVELS });
    for (const h of [1, 5])
      expectCloseForecasts(
        forecast(model, { h, levels: LEVELS }),
        mapForecast(long, (row) => row.slice(0, h)),
        1e-12 * magnitude(subject.values),
      );
    return true;
  },

  "updates in pieces as at once": (subject) => {
    const { model, next } = subject;
    if (!supports(model, "update")) return false;
    const options = { h: horizon(subject), levels: LEVELS };
    expectCloseForecasts(forecast(update(model, []), options), forecast(model, options), 0);
    for (const values of [next, withGaps(next)]) {
      const atOnce = update(model, values);
      const inPieces = [values.slice(0, 1), values.slice(1, 5), values.slice(5)].reduce(
        (before: FittedModel, piece) => update(before, piece),
        model,
      );
      const size = Math.max(magnitude(subject.values), magnitude(next));
      expectCloseForecasts(forecast(inPieces, options), forecast(atOnce, options), 1e-9 * size);
    }
    return true;
  },

  "updates as it filters": ({ model, values, next }) => {
    if (!supports(model, "update") || !supports(model, "fitted")) return false;
    const filtered = fitted(model, Float64Array.from([...values, ...next])).slice(values.length);
    let moved = model;
    const ahead = next.map((value) => {
      const step = forecast(moved, { h: 1 }).mean[0] ?? NaN;
      moved = update(moved, [value]);
      return step;
    });
    expectClose("one-step forecast", ahead, filtered, 1e-7 * Math.max(magnitude(values), magnitude(next)));
    return true;
  },

  "scales with the series": (subject) => {
    for (const scale of [1e-12, 1e-6, 1e6, 1e12]) expectEquivariant(subject, (value) => scale * value);
    return true;
  },

  "shifts with the series": (subject) => {
    const { low, high } = rangeOf(subject.values);
    for (const shift of [-100, 1000]) expectEquivariant(subject, (value) => value + shift * Math.max(high - low, 1));
    return true;
  },

  "keeps to the sign of the series": (subject) => {
    expectEquivariant(subject, (value) => 0 - value);
    return true;
  },

  "ignores missing values before the first observation": (subject) => {
    const { model, values } = subject;
    const options = { h: horizon(subject), levels: LEVELS };
    const later = subject.fit(Float64Array.from([...new Float64Array(17).fill(NaN), ...values]));
    expectCloseForecasts(forecast(later, options), forecast(model, options), 1e-9 * magnitude(values));
    return true;
  },

  "forecasts on after missing values at the end": (subject) => {
    const { model, values } = subject;
    const [missing, h] = [9, horizon(subject)];
    const later = subject.fit(Float64Array.from([...values, ...new Float64Array(missing).fill(NaN)]));
    const expected = mapForecast(forecast(model, { h: h + missing, levels: LEVELS }), (row) => row.slice(missing));
    expectCloseForecasts(forecast(later, { h, levels: LEVELS }), expected, 1e-6 * magnitude(values));
    return true;
  },

  "forecasts on after an update with missing values": (subject) => {
    const { model, values } = subject;
    if (!supports(model, "update")) return false;
    const [missing, h] = [9, horizon(subject)];
    const later = update(model, new Float64Array(missing).fill(NaN));
    const expected = mapForecast(forecast(model, { h: h + missing, levels: LEVELS }), (row) => row.slice(missing));
    expectCloseForecasts(forecast(later, { h, levels: LEVELS }), expected, 1e-6 * magnitude(values));
    return true;
  },

  "has intervals that lie within those of a greater level": (subject) => {
    const { mean, lower, upper } = forecast(subject.model, { h: horizon(subject), levels: LEVELS });
    const slack = 1e-12 * magnitude(subject.values);
    const rows = [...lower.toReversed(), ...upper];
    mean.forEach((_, i) => {
      rows.reduce((before, row) => {
        const value = row[i] ?? NaN;
        if (value < before - slack)
          throw new Error(`step ${i + 1}: bounds ${rows.map((bound) => bound[i]).join(", ")}`);
        return value;
      }, -Infinity);
    });
    return true;
  },

  "has intervals that widen with the horizon": (subject) => {
    const widths = widthsOf(forecast(subject.model, { h: horizon(subject) }));
    widths.forEach((width, i) => {
      const before = widths[i - 1] ?? 0;
      if (width < before * (1 - 1e-9) - 1e-12 * magnitude(subject.values))
        throw new Error(`the interval of step ${i + 1} is ${width} wide, the one before ${before}`);
    });
    return true;
  },

  "is never certain of a series that varies": (subject) => {
    const { values, model, period, noisy } = subject;
    // With fewer values than states a model may pass through each of them.
    if (!noisy || observedOf(values).length < 2 * period + 10) return false;
    const { low, high } = rangeOf(values);
    widthsOf(forecast(model, { h: horizon(subject) })).forEach((width, i) => {
      if (!(width > 1e-3 * (high - low))) throw new Error(`the interval of step ${i + 1} is ${width} wide`);
    });
    return true;
  },

  // Within a season.
  "stays plausible": ({ model, values, period }) => {
    const why = whyNotPlausible(values, forecast(model, { h: Math.max(period, 8) }).mean);
    if (why !== undefined) throw new Error(why);
    return true;
  },
} satisfies Record<string, Property>;

/** The name of a property. */
export type PropertyName = keyof typeof PROPERTIES;
