import { LINEAR_WITH_REGRESSORS, SIMPLE } from "@manymodel/forecast/families";
import { drivenForecaster } from "./driven-forecaster.ts";

/** Linear regression on trend, season and what drives a series, for each partition. */
export default drivenForecaster({ ...SIMPLE, joint: LINEAR_WITH_REGRESSORS });
