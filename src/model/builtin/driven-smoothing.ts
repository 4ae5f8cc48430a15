import { SMOOTHING_FITS, SMOOTHING_KINDS } from "@manymodel/forecast/families";
import { drivenForecaster } from "./driven-forecaster.ts";

/** Regression whose errors exponential smoothing or a relative models, for each partition's series. */
export default drivenForecaster({
  fits: globalThis.MANYMODEL_SCORES_ONLY ? {} : SMOOTHING_FITS,
  kinds: SMOOTHING_KINDS,
});
