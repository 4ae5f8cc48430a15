import type { ArimaModel } from "../arima/arima-model.ts";
import { autoArima } from "../arima/auto-arima.ts";
import type { JointFit } from "./regression.ts";

/** With more regressors each likelihood of the search costs too much: the series less their effects is as good. */
const MOST_REGRESSORS = 8;

/**
 * Returns the regression with errors of an automatic ARIMA model: orders, effects and coefficients by maximum
 * likelihood together.
 */
export function autoArimaErrors(period: number): JointFit {
  return {
    most: MOST_REGRESSORS,
    fit(y, xreg, { d, D }) {
      if (Object.keys(xreg).length === 0) return autoArima(y, { period });
      try {
        return autoArima(y, { period, xreg });
      } catch (error) {
        // Its own tests may difference once more, which leaves a regressor without any change.
        if (error instanceof RangeError) return autoArima(y, { period, xreg, d, D });
        throw error;
      }
    },
    effects(model, names) {
      const { coef, se }: Pick<ArimaModel, "coef" | "se"> = model.kind === "arima" ? model : { coef: {}, se: {} };
      return {
        coef: names.map((name) => coef[name] ?? 0),
        se: names.map((name) => se[name] ?? NaN),
      };
    },
  };
}
