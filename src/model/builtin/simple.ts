import { SIMPLE_FITS, SIMPLE_KINDS } from "@manymodel/forecast/families";
import { seriesForecaster } from "./series-forecaster.ts";

/** A method that takes next to no time for each partition's series. */
export default seriesForecaster({ fits: globalThis.MANYMODEL_SCORES_ONLY ? {} : SIMPLE_FITS, kinds: SIMPLE_KINDS });
