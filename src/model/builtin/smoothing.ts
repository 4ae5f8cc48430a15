import { SMOOTHING_FITS, SMOOTHING_KINDS } from "@manymodel/forecast/families";
import { seriesForecaster } from "./series-forecaster.ts";

/** Exponential smoothing and its relatives for each partition's series. */
export default seriesForecaster({
  fits: globalThis.MANYMODEL_SCORES_ONLY ? {} : SMOOTHING_FITS,
  kinds: SMOOTHING_KINDS,
});
