import { arima } from "../arima/index.ts";
import { ces } from "../ces/index.ts";
import { ets } from "../ets/index.ts";
import type { FittedModel } from "../model/fitted-model.ts";
import { tbatsLike } from "../tbats/index.ts";

/**
 * Fits the form of a fitted model to another series: parameters are estimated, nothing is chosen. TBATS keeps its parameters,
 * whose search takes most of its time, and estimates its initial states.
 *
 * @returns undefined for a kind whose method chooses no form
 * @throws {RangeError} if the form cannot be fitted
 */
export function fitSameForm(model: FittedModel, y: Float64Array): FittedModel | undefined {
  switch (model.kind) {
    case "arima": {
      const { p, d, q, P, D, Q, period } = model.order;
      return arima(y, {
        order: [p, d, q],
        seasonal: [P, D, Q],
        period,
        includeMean: Object.hasOwn(model.coef, "intercept"),
        includeDrift: Object.hasOwn(model.coef, "drift"),
      });
    }
    case "ets": {
      const { error, trend, season, damped, period } = model;
      return ets(y, { spec: `${error}${trend}${season}`, damped, period });
    }
    case "ces":
      return ces(y, { seasonality: model.seasonality, period: model.period });
    case "tbats":
      return tbatsLike(model, y);
    default:
      return undefined;
  }
}
