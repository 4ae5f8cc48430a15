import type { CumulativeForecast, CumulativeOptions } from "../model/cumulative.ts";
import { studentQuantile } from "../stats/distribution.ts";
import { knownPart, type LinearModel } from "./linear.ts";

/**
 * Returns quantiles of the sums of the next steps of a linear model; undefined of a model with lags, whose sums need paths. The sum
 * of k steps, less its forecast, over σ √(k + s'(X'X)⁻¹s) has Student's t distribution, where s is the sum of the steps' rows. So the
 * uncertainty of the coefficients, which the steps share, counts.
 *
 * @see Seber & Lee (2003), Linear Regression Analysis, section 5.3.1, doi:10.1002/9780471722199
 */
export function linearSums(
  model: LinearModel,
  { h, quantiles = [0.95], xreg }: CumulativeOptions,
): CumulativeForecast | undefined {
  if (model.lags.length > 0) return undefined;
  const { mean: steps, columns } = knownPart(model, model.length + (model.trailing ?? 0), h, xreg);
  const mean = new Float64Array(h);
  const deviations = new Float64Array(h);
  const sums = new Float64Array(columns.length);
  let total = 0;
  for (let t = 0; t < h; t++) {
    total += steps[t]!;
    mean[t] = total;
    columns.forEach((column, i) => {
      sums[i]! += column[t]!;
    });
    let variance = t + 1;
    for (let k = 0; k < sums.length; k++) {
      let root = 0;
      for (let i = 0; i <= k; i++) root += model.root[i]![k - i]! * sums[i]!;
      variance += root * root;
    }
    deviations[t] = Math.sqrt(model.sigma2 * variance);
  }
  const values = quantiles.map((p) => {
    const quantile = studentQuantile(p, model.df);
    return mean.map((value, t) => value + quantile * deviations[t]!);
  });
  return { mean, quantiles, values };
}
