/**
 * One model per partition: the workspace with its verbs, runs, models and tables. Models themselves are in
 * `manymodel/forecast`.
 *
 * @module
 */
export type { Advice } from "./advise/advice.ts";
export type { RowAdvice } from "./advise/advise-rows.ts";
export type { MethodTrial, MethodTrials } from "./advise/method-trials.ts";
export type { ModelChoice } from "./api/configured-model.ts";
export { ManyModel } from "./api/many-model.ts";
export { Models, type RegisterDefaults, type RegisterOptions } from "./api/nouns/models.ts";
export { type ListedNote, type NoteSubject, Notes } from "./api/nouns/notes.ts";
export {
  type ListedOverride,
  type OverrideChange,
  type OverrideChoice,
  type OverrideOptions,
  Overrides,
  type OverrideValue,
  type SeriesName,
} from "./api/nouns/overrides.ts";
export type { ForecastOptions, PartitionForecast } from "./api/nouns/partitions.ts";
export { Pictures } from "./api/nouns/pictures.ts";
export { type CancelledRun, type ListedRun, type RunDetails, Runs } from "./api/nouns/runs.ts";
export { type ImportOptions, type QueryRow, WorkspaceTables } from "./api/nouns/workspace-tables.ts";
export {
  type AddedWorkers,
  type ServedWork,
  type ServeWorkOptions,
  WorkspaceWorkers,
} from "./api/nouns/workspace-workers.ts";
export { connect, open } from "./api/open.ts";
export {
  type DoparOptions,
  type LogManyModelOptions,
  type Loop,
  type LoopQuery,
  Registry,
  type RunBatchOptions,
} from "./api/seed-words.ts";
export type { AdviceOptions } from "./api/verbs/advise.ts";
export type { ReadingAlerts } from "./api/verbs/alert-readings.ts";
export type { DeterminismCheck } from "./api/verbs/check-determinism.ts";
export type { ForecastsPictureOptions, MetricOptions, SeriesPictureOptions } from "./api/verbs/draw.ts";
export type { Monitored, MonitorOptions } from "./api/verbs/monitor.ts";
export type { PipelineOptions, PipelineStep, StepReport } from "./api/verbs/pipeline-steps.ts";
export type { PromoteOptions, Promotion } from "./api/verbs/promote.ts";
export type { ReconcileTablesOptions } from "./api/verbs/reconcile.ts";
export type { RefinedRun, RefineOptions } from "./api/verbs/refine.ts";
export type { ResumeOptions } from "./api/verbs/resume.ts";
export type { RetryOptions } from "./api/verbs/retry.ts";
export type { ScoreOptions, ScoreSummary } from "./api/verbs/score.ts";
export type { Total, TotalsOptions } from "./api/verbs/totals.ts";
export type { Run } from "./api/verbs/train.ts";
export type { TrainOptions } from "./api/verbs/train-options.ts";
export type { Work } from "./api/work.ts";
export type { Keys, SourceQuery, Workspace } from "./api/workspace.ts";
export type { LoadedConfig } from "./config/load.ts";
export type { ConfigInput as Config } from "./config/schema.ts";
export type { Grouping } from "./core/attributes.ts";
export type { PlainData } from "./core/columns/plain-data.ts";
export { type ErrorKind, ManymodelError } from "./core/errors.ts";
export type { GateCulprit, GateEvidence, GateMetric, GateReason, GateVerdict } from "./core/gate.ts";
export type { OrderLevel } from "./core/lead-time.ts";
export {
  type Better,
  findMetric,
  improvement,
  type Metric,
  type MetricDeclaration,
  type MetricDeclarations,
  type MetricKind,
  type MetricScale,
  metricOf,
} from "./core/metric.ts";
export type { MissingModel } from "./core/missing-model.ts";
export { decodeKey, encodeKey, type KeyColumn, type KeyValue } from "./core/partition-key.ts";
export type { Annotation, AuditEntry, ModelAlias, ModelVersion } from "./core/registry.ts";
export type { IndexSummary, RunManifest, RunRecord } from "./core/run.ts";
export * from "./model/index.ts";
export type { MonitorSummary, Offender } from "./monitor/monitor-version.ts";
export type { Delivery } from "./monitor/webhook.ts";
export type { Estimate } from "./pipeline/estimate.ts";
export type { Garbage } from "./pipeline/garbage.ts";
export type { BatchSummary } from "./pipeline/score-batch.ts";
export type { Verification, WorkspaceVerification } from "./pipeline/verify.ts";
export type { CsvFormat, ImportedColumn, QueryResult, QueryValue } from "./ports/tables.ts";
export type { DeclaredLevel } from "./reconcile/declared-hierarchy.ts";
export type { ReconcileSummary } from "./reconcile/reconcile-tables.ts";
export type { Champions, ChampionsSpec } from "./refine/champions.ts";
export type { CompareOptions, Comparison, Distribution, GroupComparison, Pair } from "./refine/compare.ts";
export type { Expectation } from "./refine/expectation.ts";
export type { GroupScore } from "./refine/group-scores.ts";
export type { RankedPartition, Ranking, RankOptions } from "./refine/rank.ts";
export type { Judgement } from "./registry/judge-versions.ts";
export type { ChangedSummary } from "./registry/train-changed.ts";
export type { FailureGroup } from "./runs/failure-groups.ts";
export type { GroupKey } from "./runs/grouped-partitions.ts";
export type { OnProgress, Progress } from "./runs/progress.ts";
