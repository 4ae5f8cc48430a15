import { METHODS } from "../../forecast/methods.ts";
import { KINDS } from "../../forecast/model.ts";
import { seriesForecaster } from "./series-forecaster.ts";

/** Any method for each partition's series. */
export default seriesForecaster({ fits: METHODS, kinds: KINDS });
