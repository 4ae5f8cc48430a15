/**
 * Forecasting as pure functions: a series in, a fitted model (plain data) out. No dependencies; runs in Node, in a
 * browser and in a warehouse's JavaScript.
 *
 * @module
 */

export type { Anomalies, AnomalyOptions, FindAnomalies } from "./anomaly/anomalies.ts";
export { anomalies, scoreReadings } from "./anomaly/any-model.ts";
export { expectReadings } from "./anomaly/expect-readings.ts";
export { type DetectorOptions, type FittedDetector, fitDetector } from "./anomaly/fit-detector.ts";
export { judgeReadings } from "./anomaly/judge-readings.ts";
export type {
  ClimbingSum,
  DetectorState,
  ReadingKind,
  ReadingsDetector,
  Verdicts,
} from "./anomaly/readings-detector.ts";
export type { Readings, ReadingsOptions, ScoreReadings } from "./anomaly/score-readings.ts";
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
export { type CesModel, type CesOptions, type CesSeasonality, type CesState, ces } from "./ces/index.ts";
export {
  type ChangeKind,
  type ChangePointOptions,
  type ChangePoints,
  changePoints,
} from "./change-points/change-points.ts";
export { best } from "./contest/best.ts";
export { type ConformalOptions, conformal } from "./contest/conformal.ts";
export {
  type Choice,
  type ContestOptions,
  type ContestResult,
  contest,
  type Metric,
  type Ranked,
  suitableMethods,
} from "./contest/contest.ts";
export { crossValidate } from "./contest/cross-validate.ts";
export { learnWeights, type WeightEvidence, type WeightModel, weightsFor } from "./contest/learn-weights.ts";
export type {
  Candidate,
  CrossValidation,
  Failure,
  RollingOriginOptions,
  Trial,
  Window,
} from "./contest/rolling-origin.ts";
export { type MultipleDecomposition, mstl } from "./decompose/mstl.ts";
export type { Decomposition } from "./decompose/seasonal-trend.ts";
export { type StlOptions, stl } from "./decompose/stl.ts";
export {
  type EtsBounds,
  type EtsForm,
  type EtsModel,
  type EtsOptions,
  type EtsParameters,
  type EtsState,
  ets,
} from "./ets/index.ts";
export { type DetectedPeriod, detectPeriods } from "./features/detect-periods.ts";
export { type Features, features } from "./features/features.ts";
export { findSeasons } from "./features/find-seasons.ts";
export { seasonalPeriods } from "./features/seasonal-periods.ts";
export { spectralEntropy } from "./features/spectrum.ts";
export { forecastGlobal } from "./global/forecast-global.ts";
export { type GlobalSeries, leastScaleOf, memoryOf } from "./global/origin.ts";
export {
  type GlobalModel,
  type GlobalOptions,
  GlobalTraining,
  type GlobalTrainingOptions,
  trainGlobal,
} from "./global/train-global.ts";
export { groupedHierarchy, type Hierarchy, hierarchy } from "./hierarchy/hierarchy.ts";
export { RECONCILIATION_METHODS, type ReconciliationMethod } from "./hierarchy/methods.ts";
export type { HierarchyLevel, NestedLevels } from "./hierarchy/nested-levels.ts";
export { type ReconcileOptions, type Reconciler, reconcile, reconciler } from "./hierarchy/reconcile.ts";
export { type ScaledResiduals, shrinkage } from "./hierarchy/shrinkage.ts";
export { type HistoricalProportions, historicalProportions } from "./hierarchy/top-down.ts";
export type { DemandClass } from "./intermittent/demand-pattern.ts";
export {
  type AggregationModel,
  adida,
  type BlockSmoothing,
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
export { explainWeights, type WeightReason } from "./learned/explain-weights.ts";
export { FOLDS, type GroupWeights, isLearntWeights, type LearntWeights, learnAcross } from "./learned/learn-across.ts";
export {
  combinedError,
  type EvidenceWithModels,
  reweigh,
  type SeriesEvidence,
  sharesOf,
  type WeighedOptions,
  type WeighedSeries,
  weighedSeries,
  weightEvidence,
} from "./learned/learned.ts";
export { priorWeights } from "./learned/prior-weights.ts";
export { WEIGHT_FEATURES } from "./learned/weight-features.ts";
export {
  type Accuracy,
  accuracy,
  mae,
  mape,
  mase,
  me,
  pinball,
  r2,
  rmse,
  rmsse,
  smape,
  wape,
} from "./measures/accuracy.ts";
export { type ClassCosts, type ClassReport, classReport, leastCostThreshold } from "./measures/class-report.ts";
export { auc, averagePrecision, brier, calibrationError, logLoss } from "./measures/classification.ts";
export { type Fold, type FoldOptions, folds } from "./measures/folds.ts";
export { coverage, type IntervalAccuracy, intervalAccuracy, intervalScore } from "./measures/interval-accuracy.ts";
export { likeliest, type MulticlassReport, multiclassReport } from "./measures/multiclass-report.ts";
export { scaledPinball } from "./measures/scaled-pinball.ts";
export { type CombineOptions, type Combining, combine } from "./model/combination.ts";
export type { CumulativeForecast, CumulativeOptions } from "./model/cumulative.ts";
export type { Fit } from "./model/families.ts";
export type {
  CombinationModel,
  ConformalModel,
  FittedModel,
  RegressionModel,
  StlfModel,
} from "./model/fitted-model.ts";
export type { Ability, ModelForecastOptions, ModelOptions, SimulateOptions } from "./model/kind.ts";
export { METHODS, type Method } from "./model/methods.ts";
export { cumulative, fitted, forecast, residuals, simulate, supports, update } from "./model/model.ts";
export type { Forecast, ForecastOptions } from "./model/prediction.ts";
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
export type { Calendar, CalendarField } from "./regression/calendar.ts";
export { type LinearModel, type LinearOptions, linearModel } from "./regression/linear.ts";
export type { Holiday, LinearTerms } from "./regression/linear-terms.ts";
export {
  type LogisticModel,
  type LogisticOptions,
  logistic,
  logisticContributions,
  probability,
} from "./regression/logistic.ts";
export { type RegressionOptions, regression } from "./regression/regression.ts";
export type { LeftOut } from "./regression/select-regressors.ts";
export {
  type EncodedFeature,
  type Encoding,
  type EncodingOptions,
  encode,
  encodedFeatures,
  encoding,
  type FeatureColumns,
} from "./rows/encoding.ts";
export { grid, outOfFold, sampleGrid, type Tuned, tune } from "./rows/tune.ts";
export { type DriftModel, drift } from "./simple/drift.ts";
export { type MeanModel, mean } from "./simple/mean.ts";
export { type NaiveModel, naive, snaive } from "./simple/naive.ts";
export { seasonalWindowAverage, type WindowAverageModel, windowAverage } from "./simple/window-average.ts";
export { type HoltWintersModel, type HoltWintersState, holtWinters } from "./smoothing/holt-winters.ts";
export { stlf } from "./smoothing/stlf.ts";
export { acf, pacf } from "./stats/autocorrelation.ts";
export { binomialTail, logGamma, normalQuantile, studentQuantile } from "./stats/distribution.ts";
export { normal, type Random, random } from "./stats/random.ts";
export { sampleOf, shuffled } from "./stats/shuffled.ts";
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
export { boxCox, boxCoxLambda, invBoxCox } from "./time/box-cox.ts";
export { calendarPeriods } from "./time/calendar-periods.ts";
export { detectInterval, nextTimes } from "./time/interval.ts";
export type { Interval } from "./time/interval-text.ts";
export type { Series } from "./time/series.ts";
export {
  type BoostedLoss,
  type BoostedTrees,
  type BoostedTreesOptions,
  boostedTrees,
  predictBoosted,
} from "./trees/boosted-trees.ts";
export { boostedContributions, type Contributions } from "./trees/contributions.ts";
