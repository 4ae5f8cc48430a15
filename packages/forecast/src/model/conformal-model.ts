import { normalQuantile } from "../stats/distribution.ts";
import type { ConformalModel } from "./fitted-model.ts";
import type { AnyKind, KindsOf, ModelForecastOptions } from "./kind.ts";
import { checkForecastOptions, type Forecast } from "./prediction.ts";

/** Returns the factor of a level: linear between the calibrated levels, that of the nearest beyond them. */
function factorAt({ levels, factors }: ConformalModel, level: number, step: number): number {
  const at = (l: number) => factors[l]![Math.min(step, factors[l]!.length - 1)]!;
  const above = levels.findIndex((candidate) => candidate >= level);
  if (above === 0) return at(0);
  if (above < 0) return at(levels.length - 1);
  const share = (level - levels[above - 1]!) / (levels[above]! - levels[above - 1]!);
  return at(above - 1) + share * (at(above) - at(above - 1));
}

/**
 * Returns the beyond the calibrated steps a scaled interval keeps the last factor, an absolute one grows as the model's
 * own do.
 */
function forecastConformal(model: ConformalModel, options: ModelForecastOptions, any: AnyKind["forecast"]): Forecast {
  const { levels } = checkForecastOptions(options);
  const base = any(model.model, { ...options, levels });
  const bounds = (side: "lower" | "upper", sign: 1 | -1) =>
    levels.map((level, l) => {
      const z = normalQuantile(0.5 + level / 200);
      const distance = (step: number) => Math.max(0, sign * (base[side][l]![step]! - base.mean[step]!));
      const last = model.factors[0]!.length - 1;
      return base.mean.map((value, step) => {
        const factor = factorAt(model, level, step);
        if (model.form === "scaled") return value + sign * factor * distance(step);
        const growth = step > last && distance(last) > 0 ? Math.max(1, distance(step) / distance(last)) : 1;
        return value + sign * factor * z * growth;
      });
    });
  return { ...base, lower: bounds("lower", -1), upper: bounds("upper", 1) };
}

/** Methods of a calibrated model: those of its model, with other intervals. */
export const CONFORMAL = {
  forecast: { conformal: forecastConformal },
  fitted: { conformal: ({ model }, y, options, any) => any(model, y, options) },
  update: {
    conformal: (conformal, newY, options, any) => ({ ...conformal, model: any(conformal.model, newY, options) }),
  },
  simulate: { conformal: ({ model }, options, any) => any(model, options) },
  supports: { conformal: ({ model }, ability, any) => any(model, ability) },
} satisfies KindsOf<ConformalModel>;
