import { TBATS_FITS, TBATS_KINDS } from "@manymodel/forecast/families";
import { drivenForecaster } from "./driven-forecaster.ts";

/** Regression whose errors TBATS or BATS models, for each partition's series. */
export default drivenForecaster({ fits: globalThis.MANYMODEL_SCORES_ONLY ? {} : TBATS_FITS, kinds: TBATS_KINDS });
