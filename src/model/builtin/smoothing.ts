import { SMOOTHING } from "../../forecast/families.ts";
import { seriesForecaster } from "./series-forecaster.ts";

/** Exponential smoothing and its relatives for each partition's series. */
export default seriesForecaster(SMOOTHING);
