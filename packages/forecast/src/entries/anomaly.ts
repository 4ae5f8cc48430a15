/**
 * Anomalies of readings, by the models that expect the next one: the naive methods, exponential smoothing and its
 * relatives. The functions of fitted models take the models of this entry.
 *
 * @module
 */
import { anomaliesBy } from "../anomaly/anomalies.ts";
import { scoreReadingsBy } from "../anomaly/score-readings.ts";
import * as simple from "../kinds/simple.ts";
import * as smoothing from "../kinds/smoothing.ts";
import { fittedBy, forecastBy, joinTables, updateBy } from "../model/dispatch.ts";

export type { Anomalies, AnomalyOptions, FindAnomalies } from "../anomaly/anomalies.ts";
export { expectReadings } from "../anomaly/expect-readings.ts";
export { type DetectorOptions, type FittedDetector, fitDetector } from "../anomaly/fit-detector.ts";
export { judgeReadings } from "../anomaly/judge-readings.ts";
export type * from "../anomaly/readings-detector.ts";
export type { Readings, ReadingsOptions, ScoreReadings } from "../anomaly/score-readings.ts";
export type * from "./shared-types.ts";

/** The models of this entry. */
export type ReadingsModel = simple.Model | smoothing.Model;

const FORECAST = /* @__PURE__ */ joinTables<"forecast">(simple.forecast, smoothing.forecast);
const FITTED = /* @__PURE__ */ joinTables<"fitted">(simple.fitted, smoothing.fitted);
const UPDATE = /* @__PURE__ */ joinTables<"update">(simple.update, smoothing.update);

/** `forecast` for the models of this entry. */
export const forecast = /* @__PURE__ */ forecastBy<ReadingsModel>(FORECAST);
/** `fitted` for the models of this entry. */
export const fitted = /* @__PURE__ */ fittedBy<ReadingsModel>(FITTED);
/** `update` for the models of this entry. */
export const update = /* @__PURE__ */ updateBy<ReadingsModel>(UPDATE);
/** `anomalies` for the models of this entry. */
export const anomalies = /* @__PURE__ */ anomaliesBy<ReadingsModel>(fitted);
/** `scoreReadings` for the models of this entry. */
export const scoreReadings = /* @__PURE__ */ scoreReadingsBy<ReadingsModel>({ forecast, update });
