import { isIntermittent, KINDS, METHODS } from "@manymodel/forecast/families";
import { drivenForecaster } from "./driven-forecaster.ts";

/**
 * Regression whose errors any method models, for each partition's series. `best` forecasts intermittent demand by methods of its own,
 * without regressors.
 */
export default drivenForecaster(
  { fits: METHODS, kinds: KINDS },
  (method, y, period) => method === "best" && isIntermittent(y, period),
);
