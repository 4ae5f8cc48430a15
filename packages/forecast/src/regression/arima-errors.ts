import type { ArimaModel } from "../arima/arima-model.ts";
import { autoArima } from "../arima/auto-arima.ts";
import type { JointFit } from "./regression.ts";

/** Regression with errors of an automatic ARIMA model: orders and effects by maximum likelihood together. */
export function autoArimaErrors(period: number): JointFit {
  return {
    fit(y, xreg, { d, D }) {
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
