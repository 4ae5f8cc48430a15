import { TBATS } from "@manymodel/forecast/families";
import { seriesForecaster } from "./series-forecaster.ts";

/** TBATS or BATS for each partition's series. */
export default seriesForecaster(TBATS);
