import { TBATS_FITS, TBATS_KINDS } from "@manymodel/forecast/families";
import { seriesForecaster } from "./series-forecaster.ts";

/** TBATS or BATS for each partition's series. */
export default seriesForecaster({ fits: globalThis.MANYMODEL_SCORES_ONLY ? {} : TBATS_FITS, kinds: TBATS_KINDS });
