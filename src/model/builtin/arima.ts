import { ARIMA_FITS, ARIMA_KINDS } from "@manymodel/forecast/families";
import { seriesForecaster } from "./series-forecaster.ts";

/** Automatic ARIMA for each partition's series. */
export default seriesForecaster({ fits: globalThis.MANYMODEL_SCORES_ONLY ? {} : ARIMA_FITS, kinds: ARIMA_KINDS });
