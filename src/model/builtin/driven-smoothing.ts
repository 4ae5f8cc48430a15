import { SMOOTHING } from "@manymodel/forecast/families";
import { drivenForecaster } from "./driven-forecaster.ts";

/** Regression whose errors exponential smoothing or a relative models, for each partition's series. */
export default drivenForecaster(SMOOTHING);
