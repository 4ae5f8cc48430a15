import { checkSeries, type Series, toFloat64 } from "../time/series.ts";
import type { AnyKind, AnyModel, Kind, ModelForecastOptions, ModelOptions, SimulateOptions } from "./kind.ts";
import { checkForecastOptions, type Forecast } from "./prediction.ts";

/** Some kinds of models, by name. */
export type Kinds = { readonly [kind: string]: Kind<AnyModel> };

/** The models of some kinds. */
export type ModelOf<K extends Kinds> = Extract<
  { [Name in keyof K]: K[Name] extends Kind<infer M> ? M : never }[keyof K],
  AnyModel
>;

/** The methods of models of some kinds; `ModelFunctions` describes each. */
export interface Dispatched<M extends AnyModel = AnyModel> {
  forecast(model: M, options: ModelForecastOptions): Forecast;
  fitted(model: M, y: Series, options?: ModelOptions): Float64Array;
  update<One extends M>(model: One, newY: Series, options?: ModelOptions): One;
  simulate(model: M, options: SimulateOptions): Float64Array[];
  supports(model: M, what: "fitted" | "update" | "simulate"): boolean;
}

/** Calls the methods of a model's own kind, which must be one of these. */
export function dispatch<K extends Kinds>(kinds: K): Dispatched<ModelOf<K>> {
  const kindOf = (model: AnyModel): Kind<AnyModel> => {
    const kind = Object.hasOwn(kinds, model.kind) ? kinds[model.kind] : undefined;
    if (kind !== undefined) return kind;
    const known = Object.keys(kinds).join(", ");
    throw new RangeError(`a model of kind ${JSON.stringify(model.kind)} is not known; the kinds are ${known}`);
  };
  const method = <Name extends keyof Kind<AnyModel>>(
    model: AnyModel,
    name: Name,
  ): NonNullable<Kind<AnyModel>[Name]> => {
    const found = kindOf(model)[name];
    if (found === undefined) throw new RangeError(`a model of kind ${JSON.stringify(model.kind)} has no ${name}()`);
    return found;
  };
  const any: AnyKind & Dispatched = {
    forecast(model: AnyModel, options: ModelForecastOptions): Forecast {
      const result = kindOf(model).forecast(model, options, any);
      if (!("nobs" in model) || (model.nobs as number) > 1) return result;
      // One observation tells no variance.
      const unknown = (bounds: readonly Float64Array[]) =>
        bounds.map((bound, i) => (result.levels[i] === 0 ? bound : bound.map(() => NaN)));
      return { ...result, lower: unknown(result.lower), upper: unknown(result.upper) };
    },
    fitted: (model: AnyModel, y: Series, options: ModelOptions = {}) =>
      method(model, "fitted")(model, toFloat64(y), options, any),
    update<M extends AnyModel>(model: M, newY: Series, options: ModelOptions = {}): M {
      const values = toFloat64(newY);
      checkSeries(values, 0);
      // A kind gives models of its own kind.
      return method(model, "update")(model, values, options, any) as M;
    },
    simulate(model: AnyModel, options: SimulateOptions): Float64Array[] {
      const simulate = method(model, "simulate");
      checkSimulateOptions(options);
      return simulate(model, options, any);
    },
    supports: (model: AnyModel, what: "fitted" | "update" | "simulate") => kindOf(model)[what] !== undefined,
  };
  return any;
}

/** @throws {RangeError} if the horizon, the number of paths or the seed is not allowed */
function checkSimulateOptions({ h, paths = 1, seed }: SimulateOptions): void {
  checkForecastOptions({ h });
  if (!Number.isSafeInteger(paths) || paths < 1)
    throw new RangeError(`paths is ${paths}; it must be an integer of at least 1`);
  if (!Number.isFinite(seed)) throw new RangeError(`seed is ${seed}; it must be a finite number`);
}
