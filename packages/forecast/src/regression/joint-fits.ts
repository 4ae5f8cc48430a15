import { autoArima } from "../arima/auto-arima.ts";
import { type LinearModel, type LinearOptions, linearModel } from "./linear.ts";
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
      const { coef, se } = model.kind === "arima" ? model : { coef: {}, se: {} };
      return {
        coef: names.map((name) => coef[name] ?? 0),
        se: names.map((name) => se[name] ?? NaN),
      };
    },
  };
}

/** Linear regression on its own terms and the regressors together. A regressor that depends on the terms has no effect. */
export function linearErrors(terms: Omit<LinearOptions, "xreg">): JointFit {
  return {
    fit: (y, xreg) => linearModel(y, { ...terms, xreg }),
    effects(model, names) {
      const {
        names: all,
        coef,
        se,
      }: Pick<LinearModel, "names" | "coef" | "se"> = model.kind === "linear" ? model : { names: [], coef: [], se: [] };
      const at = (values: readonly number[], name: string) => values[all.indexOf(name)];
      return { coef: names.map((name) => at(coef, name) ?? 0), se: names.map((name) => at(se, name) ?? NaN) };
    },
  };
}
