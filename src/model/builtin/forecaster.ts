import { KINDS, METHODS } from "@manymodel/forecast/families";
import { seriesForecaster } from "./series-forecaster.ts";

/** Any method for each partition's series. */
export default seriesForecaster({ fits: METHODS, kinds: KINDS });
