import type { FittedModel } from "../model/fitted-model.ts";
import { fitted, forecast, update } from "../model/model.ts";
import { anomaliesBy } from "./anomalies.ts";
import { scoreReadingsBy } from "./score-readings.ts";

/** Finds the anomalies of a series against the one-step forecasts of a model fitted to it (see `anomaliesBy`). */
export const anomalies = /* @__PURE__ */ anomaliesBy<FittedModel>(fitted);

/** Scores each new reading by its one-step forecast, then moves the model over it (see `scoreReadingsBy`). */
export const scoreReadings = /* @__PURE__ */ scoreReadingsBy<FittedModel>({ forecast, update });
