import type { Kind } from "../model/kind.ts";
import type { ArimaModel } from "./arima-model.ts";
import { fittedArima } from "./fitted.ts";
import { forecastArima } from "./forecast.ts";
import { simulateArima } from "./simulate.ts";
import { updateArima } from "./update.ts";

/** What can be done with an ARIMA model. */
export const arimaKind: Kind<ArimaModel> = {
  forecast: forecastArima,
  fitted: fittedArima,
  update: updateArima,
  simulate: simulateArima,
};
