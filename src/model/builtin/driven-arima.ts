import { ARIMA, ARIMA_WITH_REGRESSORS } from "@manymodel/forecast/families";
import { drivenForecaster } from "./driven-forecaster.ts";

/** Regression with ARIMA errors for each partition's series. */
export default drivenForecaster({ ...ARIMA, joint: ARIMA_WITH_REGRESSORS });
