import { TBATS } from "@manymodel/forecast/families";
import { drivenForecaster } from "./driven-forecaster.ts";

/** Regression whose errors TBATS or BATS models, for each partition's series. */
export default drivenForecaster(TBATS);
