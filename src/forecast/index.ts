/**
 * Forecasting as pure functions: a series in, a fitted model (plain data) out. No dependencies; runs in Node, in a
 * browser and in a warehouse's JavaScript.
 *
 * @module
 */
export { type Accuracy, accuracy, mae, mape, mase, me, pinball, rmse, rmsse, smape, wape } from "./accuracy.ts";
export { type Anomalies, type AnomalyOptions, anomalies } from "./anomaly/anomalies.ts";
export { type Readings, type ReadingsOptions, scoreReadings } from "./anomaly/score-readings.ts";
export {
  type ArimaMethod,
  type ArimaModel,
  type ArimaOptions,
  type ArimaState,
  type AutoArimaOptions,
  arima,
  autoArima,
  type Regressors,
} from "./arima/index.ts";
export { acf, pacf } from "./autocorrelation.ts";
export { boxCox, boxCoxLambda, invBoxCox } from "./box-cox.ts";
export { type CesModel, type CesOptions, type CesSeasonality, type CesState, ces } from "./ces/index.ts";
export {
  type ChangeKind,
  type ChangePointOptions,
  type ChangePoints,
  changePoints,
} from "./change-points/change-points.ts";
export { auc, brier, logLoss } from "./classification.ts";
export { type CombinationModel, type CombineOptions, type Combining, combine } from "./combination.ts";
export type { ConformalModel } from "./conformal-model.ts";
export { best } from "./contest/best.ts";
export { type ConformalOptions, conformal } from "./contest/conformal.ts";
export {
  type ContestOptions,
  type ContestResult,
  contest,
  type Metric,
  type Ranked,
  suitableMethods,
} from "./contest/contest.ts";
export { crossValidate } from "./contest/cross-validate.ts";
export type {
  Candidate,
  CrossValidation,
  Failure,
  RollingOriginOptions,
  Trial,
  Window,
} from "./contest/rolling-origin.ts";
export { type MultipleDecomposition, mstl } from "./decompose/mstl.ts";
export { type Decomposition, type StlOptions, stl } from "./decompose/stl.ts";
export { binomialTail, logGamma, normalQuantile, studentQuantile } from "./distribution.ts";
export { type DriftModel, drift } from "./drift.ts";
export {
  type EtsBounds,
  type EtsForm,
  type EtsModel,
  type EtsOptions,
  type EtsParameters,
  type EtsState,
  ets,
} from "./ets/index.ts";
export type { Fit } from "./families.ts";
export { type DetectedPeriod, detectPeriods } from "./features/detect-periods.ts";
export { type Features, features } from "./features/features.ts";
export { spectralEntropy } from "./features/spectrum.ts";
export { groupedHierarchy, type Hierarchy, hierarchy } from "./hierarchy/hierarchy.ts";
export { RECONCILIATION_METHODS, type ReconciliationMethod } from "./hierarchy/methods.ts";
export type { HierarchyLevel, NestedLevels } from "./hierarchy/nested-levels.ts";
export { type ReconcileOptions, type Reconciler, reconcile, reconciler } from "./hierarchy/reconcile.ts";
export { type ScaledResiduals, shrinkage } from "./hierarchy/shrinkage.ts";
export { type HistoricalProportions, historicalProportions } from "./hierarchy/top-down.ts";
export { type HoltWintersModel, type HoltWintersState, holtWinters } from "./holt-winters.ts";
export type { DemandClass } from "./intermittent/demand-pattern.ts";
export {
  type AggregationModel,
  adida,
  type CrostonModel,
  type CrostonOptions,
  type CrostonState,
  croston,
  imapa,
  sba,
  type TsbModel,
  type TsbState,
  tsb,
} from "./intermittent/index.ts";
export { detectInterval, type Interval, nextTimes } from "./interval.ts";
export { coverage, type IntervalAccuracy, intervalAccuracy, intervalScore } from "./interval-accuracy.ts";
export type { ModelForecastOptions, ModelOptions, SimulateOptions } from "./kind.ts";
export { type MeanModel, mean } from "./mean.ts";
export { METHODS, type Method } from "./methods.ts";
export { type FittedModel, fitted, forecast, residuals, simulate, supports, update } from "./model.ts";
export {
  averageRunLength,
  benjaminiHochberg,
  type Calibration,
  type Cusum,
  calibrate,
  coverageLoss,
  cusum,
  type DataShift,
  dataShift,
  detect,
  type Findings,
  growth,
  judge,
  type Thresholds,
  type Verdict,
  type VerdictName,
  type WatchedSeries,
  whiten,
} from "./monitoring/index.ts";
export { type NaiveModel, naive, snaive } from "./naive.ts";
export type { Forecast, ForecastOptions } from "./prediction.ts";
export { normal, type Random, random } from "./random.ts";
export type { Calendar, CalendarField } from "./regression/calendar.ts";
export { type LinearModel, type LinearOptions, linearModel } from "./regression/linear.ts";
export type { Holiday, LinearTerms } from "./regression/linear-terms.ts";
export { type LogisticModel, logistic, probability } from "./regression/logistic.ts";
export type { Series } from "./series.ts";
export { type StlfModel, stlf } from "./stlf.ts";
export {
  bats,
  decompose,
  type TbatsComponents,
  type TbatsForm,
  type TbatsModel,
  type TbatsOptions,
  type TbatsParameters,
  type TbatsState,
  tbats,
} from "./tbats/index.ts";
export { type AdfResult, adf } from "./tests/adf.ts";
export type { TestResult } from "./tests/critical-values.ts";
export { kpss } from "./tests/kpss.ts";
export { type LjungBoxResult, ljungBox } from "./tests/ljung-box.ts";
export { ndiffs } from "./tests/ndiffs.ts";
export { nsdiffs } from "./tests/nsdiffs.ts";
export { type OcsbResult, ocsb } from "./tests/ocsb.ts";
export { pp } from "./tests/pp.ts";
export { seasonalStrength } from "./tests/seasonal-strength.ts";
export {
  type DynamicThetaModel,
  type DynamicThetaState,
  dynamicOptimizedTheta,
  type ThetaModel,
  theta,
} from "./theta/index.ts";
export { seasonalWindowAverage, type WindowAverageModel, windowAverage } from "./window-average.ts";
