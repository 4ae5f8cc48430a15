import { SIMPLE } from "../../forecast/families.ts";
import { seriesForecaster } from "./series-forecaster.ts";

/** A method that takes next to no time for each partition's series. */
export default seriesForecaster(SIMPLE);
