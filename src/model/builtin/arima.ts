import { ARIMA } from "../../forecast/families.ts";
import { seriesForecaster } from "./series-forecaster.ts";

/** Automatic ARIMA for each partition's series. */
export default seriesForecaster(ARIMA);
