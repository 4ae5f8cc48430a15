import { LINEAR_WITH_REGRESSORS, SIMPLE_FITS, SIMPLE_KINDS } from "@manymodel/forecast/families";
import { drivenForecaster } from "./driven-forecaster.ts";

/** Linear regression on trend, season and what drives a series, for each partition. */
export default drivenForecaster({
  fits: globalThis.MANYMODEL_SCORES_ONLY ? {} : SIMPLE_FITS,
  joint: globalThis.MANYMODEL_SCORES_ONLY ? {} : LINEAR_WITH_REGRESSORS,
  kinds: SIMPLE_KINDS,
});
