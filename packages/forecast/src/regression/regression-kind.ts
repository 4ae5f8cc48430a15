import { design, type Regressors, withoutGaps } from "../arima/regressors.ts";
import type { RegressionModel } from "../model/fitted-model.ts";
import type { KindsOf } from "../model/kind.ts";

/**
 * Returns the effects of a model's regressors over some times, less their mean; 0 where the model of the errors has
 * them itself.
 */
function effectsOf(
  { regressors, coef, offset = 0, joint = false }: RegressionModel,
  length: number,
  xreg: Regressors,
): Float64Array {
  const { columns } = design(length, { mean: false, drift: false, xreg: pick(regressors, xreg) });
  const effects = new Float64Array(length).fill(-offset);
  if (joint) return effects;
  columns.forEach((column, j) => {
    for (let t = 0; t < length; t++) effects[t]! += coef[j]! * column[t]!;
  });
  return effects;
}

/** Returns the columns of a model's regressors. @throws {RangeError} naming one that is not there */
function pick(names: readonly string[], xreg: Regressors): Record<string, ArrayLike<number>> {
  return Object.fromEntries(
    names.map((name) => {
      const column = Object.hasOwn(xreg, name) ? xreg[name] : undefined;
      if (column === undefined)
        throw new RangeError(
          `xreg has no column ${JSON.stringify(name)}; the model has regressors ${names.join(", ")}`,
        );
      return [name, column];
    }),
  );
}

/** Returns the regressors for the errors' model: none, unless it has them itself. */
const innerXreg = ({ joint, regressors }: RegressionModel, xreg: Regressors) =>
  joint ? { xreg: pick(regressors, xreg) } : {};

/** The functions of the errors' model, with the effects of the regressors added. */
export const REGRESSION = {
  forecast: {
    regression: (model, { xreg = {}, ...options }, any) => {
      const inner = any(model.errors, { ...options, ...innerXreg(model, xreg) });
      const effects = effectsOf(model, inner.mean.length, xreg);
      const add = (values: Float64Array) => values.map((value, i) => value + effects[i]!);
      return { ...inner, mean: add(inner.mean), lower: inner.lower.map(add), upper: inner.upper.map(add) };
    },
  },
  fitted: {
    regression: (model, y, { xreg = {} }, any) => {
      const { series, columns } = withoutGaps(y, pick(model.regressors, xreg));
      const effects = effectsOf(model, y.length, columns);
      const inner = any(
        model.errors,
        series.map((value, t) => value - effects[t]!),
        innerXreg(model, columns),
      );
      return inner.map((value, t) => value + effects[t]!);
    },
  },
  update: {
    regression: (model, newY, { xreg = {} }, any) => {
      const { series, columns } = withoutGaps(newY, pick(model.regressors, xreg));
      const effects = effectsOf(model, newY.length, columns);
      const errors = any(
        model.errors,
        series.map((value, t) => value - effects[t]!),
        innerXreg(model, columns),
      );
      return { ...model, errors };
    },
  },
  simulate: {
    regression: (model, { xreg = {}, ...options }, any) => {
      const effects = effectsOf(model, options.h, xreg);
      const paths = any(model.errors, { ...options, ...innerXreg(model, xreg) });
      return paths.map((path) => path.map((value, i) => value + effects[i]!));
    },
  },
  supports: { regression: ({ errors }, ability, any) => any(errors, ability) },
} satisfies KindsOf<RegressionModel>;
