import { SMOOTHING } from "@manymodel/forecast/families";
import { seriesForecaster } from "./series-forecaster.ts";

/** Exponential smoothing and its relatives for each partition's series. */
export default seriesForecaster(SMOOTHING);
