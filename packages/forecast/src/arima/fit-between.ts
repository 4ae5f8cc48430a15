import { endOfObserved, fitObserved, ledBy, rowsOf, startOfObserved } from "../model/missing-ends.ts";
import type { ArimaModel } from "./arima-model.ts";
import { design, type Regressors, withoutGaps } from "./regressors.ts";
import { updateArima } from "./update.ts";

/**
 * Fits a model between a series' first and last observation (see `fitObserved`), with the regressors over the same times. A time
 * with a missing regressor counts as missing.
 * A model with regressors is then moved over the missing values at the end, which have theirs.
 *
 * @param values - on the model's scale, NaN where missing
 */
export function fitBetween(
  values: Float64Array,
  regressors: Regressors | undefined,
  fit: (observed: Float64Array, xreg: Regressors | undefined) => ArimaModel,
): ArimaModel {
  if (regressors === undefined) return fitObserved(values, (observed) => fit(observed, undefined));
  const { series, columns: xreg } = withoutGaps(values, regressors);
  const first = startOfObserved(series);
  const end = endOfObserved(series);
  if (end - first === series.length) return fit(series, xreg);
  design(series.length, { mean: false, drift: false, xreg });
  const model = fit(series.subarray(first, end), rowsOf(xreg, first, end));
  return ledBy(updateArima(model, series.subarray(end), { xreg: rowsOf(xreg, end, series.length) }), first);
}
