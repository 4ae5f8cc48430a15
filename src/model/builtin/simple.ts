import { SIMPLE } from "@manymodel/forecast/families";
import { seriesForecaster } from "./series-forecaster.ts";

/** A method that takes next to no time for each partition's series. */
export default seriesForecaster(SIMPLE);
