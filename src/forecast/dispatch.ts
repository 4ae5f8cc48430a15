import type { AnyKind, Kind, ModelForecastOptions, ModelOptions, SimulateOptions } from "./kind.ts";
import type { FittedModel } from "./model.ts";
import type { Forecast } from "./prediction.ts";
import { checkSeries, type Series, toFloat64 } from "./series.ts";

/** The models that have the kind K. */
type OfKind<K, M = FittedModel> = M extends { kind: unknown } ? (K extends M["kind"] ? M : never) : never;

/** Some kinds of models, by name. */
export type Kinds = { readonly [K in FittedModel["kind"]]?: Kind<OfKind<K>> };

/** What can be done with models of some kinds; `forecast`, `fitted`, `update` and `simulate` of model.ts say what each does. */
export interface Dispatched extends AnyKind {
  fitted(model: FittedModel, y: Series, options?: ModelOptions): Float64Array;
  update<M extends FittedModel>(model: M, newY: Series, options?: ModelOptions): M;
  supports(model: FittedModel, what: "fitted" | "update" | "simulate"): boolean;
}

/** Calls the methods of a model's own kind, which must be one of these. */
export function dispatch(kinds: Kinds): Dispatched {
  const kindOf = (model: FittedModel): Kind<FittedModel> => {
    // A kind's methods are only ever called with models of that kind.
    if (Object.hasOwn(kinds, model.kind)) return kinds[model.kind] as Kind<FittedModel>;
    const known = Object.keys(kinds).join(", ");
    throw new RangeError(`a model of kind ${JSON.stringify(model.kind)} is not known; the kinds are ${known}`);
  };
  const method = <Name extends keyof Kind<FittedModel>>(
    model: FittedModel,
    name: Name,
  ): NonNullable<Kind<FittedModel>[Name]> => {
    const found = kindOf(model)[name];
    if (found === undefined) throw new RangeError(`a model of kind ${JSON.stringify(model.kind)} has no ${name}()`);
    return found;
  };
  const any: Dispatched = {
    forecast(model: FittedModel, options: ModelForecastOptions): Forecast {
      const result = kindOf(model).forecast(model, options, any);
      if (!("nobs" in model) || model.nobs > 1) return result;
      // One observation tells no variance.
      const unknown = (bounds: readonly Float64Array[]) =>
        bounds.map((bound, i) => (result.levels[i] === 0 ? bound : bound.map(() => NaN)));
      return { ...result, lower: unknown(result.lower), upper: unknown(result.upper) };
    },
    fitted: (model: FittedModel, y: Series, options: ModelOptions = {}) =>
      method(model, "fitted")(model, toFloat64(y), options, any),
    update<M extends FittedModel>(model: M, newY: Series, options: ModelOptions = {}): M {
      const values = toFloat64(newY);
      checkSeries(values, 0);
      return method(model, "update")(model, values, options, any) as M;
    },
    simulate: (model: FittedModel, options: SimulateOptions) => method(model, "simulate")(model, options, any),
    supports: (model, what) => kindOf(model)[what] !== undefined,
  };
  return any;
}
