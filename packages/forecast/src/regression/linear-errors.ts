import { type LinearModel, type LinearOptions, linearModel } from "./linear.ts";
import type { JointFit } from "./regression.ts";

/**
 * Returns the linear regression on its own terms and the regressors together. A regressor that depends on the terms has
 * no effect.
 */
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
