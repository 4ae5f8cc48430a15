import { ARIMA } from "@manymodel/forecast/families";
import { seriesForecaster } from "./series-forecaster.ts";

/** Automatic ARIMA for each partition's series. */
export default seriesForecaster(ARIMA);
