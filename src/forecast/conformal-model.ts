import { normalQuantile } from "./distribution.ts";
import type { AnyKind, Kind, ModelForecastOptions } from "./kind.ts";
import type { FittedModel } from "./model.ts";
import { checkForecastOptions, type Forecast } from "./prediction.ts";

/** A fitted model whose prediction intervals come from errors it, or others like it, made out of sample. */
export interface ConformalModel {
  readonly kind: "conformal";
  readonly formatVersion: 1;
  readonly model: FittedModel;
  /**
   * "scaled": the factors multiply the model's own distances between point forecast and bounds; "absolute": they
   * multiply the normal quantile of the level, so that they are standard errors in the units of the series.
   */
  readonly form: "scaled" | "absolute";
  /** The levels that were calibrated, in percent, ascending. */
  readonly levels: readonly number[];
  /** A factor for each level, then each step ahead. */
  readonly factors: readonly (readonly number[])[];
}

/** The factor of a level: linear between the calibrated levels, that of the nearest beyond them. */
function factorAt({ levels, factors }: ConformalModel, level: number, step: number): number {
  const at = (l: number) => factors[l]![Math.min(step, factors[l]!.length - 1)]!;
  const above = levels.findIndex((known) => known >= level);
  if (above === 0) return at(0);
  if (above < 0) return at(levels.length - 1);
  const share = (level - levels[above - 1]!) / (levels[above]! - levels[above - 1]!);
  return at(above - 1) + share * (at(above) - at(above - 1));
}

/** Beyond the calibrated steps a scaled interval keeps the last factor, an absolute one grows as the model's own do. */
function forecastConformal(model: ConformalModel, options: ModelForecastOptions, any: AnyKind): Forecast {
  const { levels } = checkForecastOptions(options);
  const own = any.forecast(model.model, { ...options, levels });
  const bounds = (side: "lower" | "upper", sign: 1 | -1) =>
    levels.map((level, l) => {
      const z = normalQuantile(0.5 + level / 200);
      const distance = (step: number) => Math.max(0, sign * (own[side][l]![step]! - own.mean[step]!));
      const last = model.factors[0]!.length - 1;
      return own.mean.map((value, step) => {
        const factor = factorAt(model, level, step);
        if (model.form === "scaled") return value + sign * factor * distance(step);
        const growth = step > last && distance(last) > 0 ? Math.max(1, distance(step) / distance(last)) : 1;
        return value + sign * factor * z * growth;
      });
    });
  return { ...own, lower: bounds("lower", -1), upper: bounds("upper", 1) };
}

/** What can be done with a model of conformal intervals: what its model can, with other intervals. */
export const conformalKind: Kind<ConformalModel> = {
  forecast: forecastConformal,
  fitted: ({ model }, y, options, any) => any.fitted(model, y, options),
  update: (conformal, newY, options, any) => ({ ...conformal, model: any.update(conformal.model, newY, options) }),
  simulate: ({ model }, options, any) => any.simulate(model, options),
};
