import { checkSeries, type Series, toFloat64 } from "../time/series.ts";
import type {
  Ability,
  AnyKind,
  AnyModel,
  Kinds,
  MethodTable,
  ModelForecastOptions,
  ModelOptions,
  MovingKinds,
  SimulateOptions,
} from "./kind.ts";
import { endOfObserved, rowsOf, startOfObserved, trailedBy } from "./missing-ends.ts";
import { checkInteger, checkOptions } from "./options.ts";
import { checkForecastOptions, type Forecast } from "./prediction.ts";

/** The functions of fitted models `M`. */
export interface ModelFunctions<M extends AnyModel> {
  /** Returns point forecasts and prediction intervals. */
  forecast(model: M, options: ModelForecastOptions): Forecast;
  /** Returns one-step forecasts over the series a model was fitted to. */
  fitted(model: M, y: Series, options?: ModelOptions): Float64Array;
  /** Returns one-step errors over the series a model was fitted to. */
  residuals(model: M, y: Series, options?: ModelOptions): Float64Array;
  /** Moves a model over the values that followed its series, without estimating anything again. */
  update<One extends M>(model: One, newY: Series, options?: ModelOptions): One;
  /** Returns sample paths of the values that follow a model's series. */
  simulate(model: M, options: SimulateOptions): Float64Array[];
  /** Tells whether a model, and every model that it holds, has one-step forecasts, takes new values, or makes paths. */
  supports(model: M, ability: Ability): boolean;
}

/** Returns `forecast` for the models of a table. Of a model of a single observation, which tells no variance, bounds are NaN. */
export function forecastBy<M extends AnyModel>(table: MethodTable<"forecast">): ModelFunctions<M>["forecast"] {
  const forecast: AnyKind["forecast"] = (model, options) => {
    checkOptions("forecast", options, { h: true, levels: true, xreg: true }, ["h"]);
    const { trailing = 0 } = model;
    if (trailing > 0) {
      const { h } = checkForecastOptions(options);
      const whole = forecast(atLast(model), { ...options, h: h + trailing });
      const after = (values: Float64Array) => values.slice(trailing);
      return { ...whole, mean: after(whole.mean), lower: whole.lower.map(after), upper: whole.upper.map(after) };
    }
    const result = methodOf(model, "forecast", table)(model, options, forecast);
    if (!("nobs" in model) || (model.nobs as number) > 1) return result;
    const unknown = (bounds: readonly Float64Array[]) =>
      bounds.map((bound, i) => (result.levels[i] === 0 ? bound : bound.map(() => NaN)));
    return { ...result, lower: unknown(result.lower), upper: unknown(result.upper) };
  };
  return forecast;
}

/** Returns a model as it stood at its last observation. */
function atLast({ trailing, ...model }: AnyModel): AnyModel {
  return model;
}

/** Returns `fitted` for the models of a table: NaN before the first observation, and after the last. */
export function fittedBy<M extends AnyModel>(table: MethodTable<"fitted">): ModelFunctions<M>["fitted"] {
  const fitted = (model: AnyModel, y: Series, options: ModelOptions = {}): Float64Array => {
    checkOptions("fitted", options, { xreg: true });
    const method = methodOf(model, "fitted", table);
    const values = toFloat64(y);
    const { leading = 0 } = model;
    const end = endOfObserved(values);
    const { xreg } = options;
    if (xreg === undefined && leading === 0 && end === values.length && startOfObserved(values) === 0)
      return method(model, values, options, fitted);
    const expected = new Float64Array(values.length).fill(NaN);
    const regressors = { xreg: xreg && rowsOf(xreg, leading, end) };
    expected.set(method(model, values.subarray(leading, end), regressors, fitted), leading);
    return expected.fill(NaN, 0, startOfObserved(values));
  };
  return fitted;
}

/** Returns `residuals` for the models of a table. */
export function residualsBy<M extends AnyModel>(table: MethodTable<"fitted">): ModelFunctions<M>["residuals"] {
  const fitted = fittedBy(table);
  return (model, y, options) => {
    const expected = fitted(model, y, options);
    return toFloat64(y).map((value, t) => value - expected[t]!);
  };
}

/** Returns `update` for the models of a table. */
export function updateBy<M extends AnyModel>(table: MethodTable<"update">): ModelFunctions<M>["update"] {
  const update = <One extends AnyModel>(model: One, newY: Series, options: ModelOptions = {}): One => {
    checkOptions("update", options, { xreg: true });
    const values = toFloat64(newY);
    checkSeries(values, 0);
    const method = methodOf(model, "update", table);
    // With regressors, which a gap has too, a kind moves over it itself.
    const end = options.xreg === undefined ? endOfObserved(values) : values.length;
    // Missing values at the end are not taken in before the next observation.
    const { trailing = 0 } = model;
    const gap = end > 0 ? trailing : 0;
    const history = new Float64Array(gap + end).fill(NaN);
    history.set(values.subarray(0, end), gap);
    const moved = method(end > 0 ? atLast(model) : model, history, options, update);
    // A kind gives models of its own kind.
    return trailedBy(moved, values.length - end) as One;
  };
  return update;
}

/** Returns `simulate` for the models of a table. */
export function simulateBy<M extends AnyModel>(table: MethodTable<"simulate">): ModelFunctions<M>["simulate"] {
  const simulate: AnyKind["simulate"] = (model, options) => {
    checkOptions("simulate", options, { h: true, paths: true, seed: true, xreg: true }, ["h", "seed"]);
    const method = methodOf(model, "simulate", table);
    checkSimulateOptions(options);
    const { trailing = 0 } = model;
    if (trailing === 0) return method(model, options, simulate);
    return simulate(atLast(model), { ...options, h: options.h + trailing }).map((path) => path.slice(trailing));
  };
  return simulate;
}

/** Returns `supports` for the models of some kinds. */
export function supportsBy<M extends AnyModel>(kinds: MovingKinds): ModelFunctions<M>["supports"] {
  const supports: AnyKind["supports"] = (model, ability) => {
    checkKind(model.kind, kinds[ability] ?? kinds.forecast);
    return (
      kinds[ability]?.[model.kind] !== undefined && (kinds.supports?.[model.kind]?.(model, ability, supports) ?? true)
    );
  };
  return supports;
}

/** Returns the functions by which models of some kinds forecast and move on: without the code of sample paths and residuals. */
export function movingFunctions<M extends AnyModel>(
  kinds: MovingKinds,
): Pick<ModelFunctions<M>, "forecast" | "fitted" | "update" | "supports"> {
  return {
    forecast: forecastBy(kinds.forecast),
    fitted: fittedBy(kinds.fitted),
    update: updateBy(kinds.update),
    supports: supportsBy(kinds),
  };
}

/** Returns all functions of the models of some kinds. */
export function modelFunctions<M extends AnyModel>(kinds: Kinds): ModelFunctions<M> {
  return {
    ...movingFunctions<M>(kinds),
    residuals: residualsBy(kinds.fitted),
    simulate: simulateBy(kinds.simulate),
  };
}

/** Joins the tables of one method of several families. */
export function joinTables<Method extends keyof Kinds>(...tables: readonly MethodTable<Method>[]): MethodTable<Method> {
  return Object.assign({}, ...tables);
}

/** Joins kinds of several families. */
export function joinKinds(...families: readonly MovingKinds[]): Kinds {
  const join = <Method extends keyof Kinds>(method: Method): MethodTable<Method> =>
    Object.fromEntries(families.flatMap((kinds) => Object.entries(kinds[method] ?? {})));
  return {
    forecast: join("forecast"),
    fitted: join("fitted"),
    update: join("update"),
    simulate: join("simulate"),
    supports: join("supports"),
  };
}

/** @throws {RangeError} if a model's kind is not in the table, or does not have the method */
function methodOf<Method extends keyof Kinds>(
  { kind }: AnyModel,
  name: Method,
  table: MethodTable<Method>,
): NonNullable<MethodTable<Method>[string]> {
  checkKind(kind, table);
  const method = table[kind];
  if (method === undefined) throw new RangeError(`a model of kind ${JSON.stringify(kind)} has no ${name}()`);
  return method;
}

function checkKind(kind: string, table: MethodTable<keyof Kinds>): void {
  if (!Object.hasOwn(table, kind))
    throw new RangeError(
      `a model of kind ${JSON.stringify(kind)} is not known; the kinds are ${Object.keys(table).join(", ")}`,
    );
}

/** @throws {RangeError} if the horizon, the number of paths or the seed is not allowed */
function checkSimulateOptions({ h, paths = 1, seed }: SimulateOptions): void {
  checkForecastOptions({ h });
  checkInteger("paths", paths, 1);
  if (!Number.isFinite(seed)) throw new RangeError(`seed is ${seed}; it must be a finite number`);
}
