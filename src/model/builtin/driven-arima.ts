import { ARIMA_FITS, ARIMA_KINDS, ARIMA_WITH_REGRESSORS } from "@manymodel/forecast/families";
import { drivenForecaster } from "./driven-forecaster.ts";

/** Regression with ARIMA errors for each partition's series. */
export default drivenForecaster({
  fits: globalThis.MANYMODEL_SCORES_ONLY ? {} : ARIMA_FITS,
  joint: globalThis.MANYMODEL_SCORES_ONLY ? {} : ARIMA_WITH_REGRESSORS,
  kinds: ARIMA_KINDS,
});
