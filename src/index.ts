/**
 * One model per partition: the loop, the workspace, the registry. Models themselves are in `manymodel/forecast`.
 *
 * @module
 */
export type { Advice } from "./advise/advice.ts";
export { type AdviceOptions, connect, ManyModel, type ResumeOptions } from "./api/connect.ts";
export type { DoparOptions } from "./api/dopar-options.ts";
export type { Loop, Run } from "./api/loop.ts";
export type { Monitored, MonitorOptions } from "./api/monitor.ts";
export type { ReconcileTablesOptions } from "./api/reconcile.ts";
export type { RefinedRun, RefineOptions } from "./api/refine.ts";
export { type LogManyModelOptions, Registry } from "./api/registry.ts";
export type { RetryOptions } from "./api/retry.ts";
export type { RunBatchOptions } from "./api/run-batch.ts";
export { type Keys, type LoopQuery, Workspace } from "./api/workspace.ts";
export { type ErrorKind, ManymodelError } from "./core/errors.ts";
export type { MissingModel } from "./core/missing-model.ts";
export { decodeKey, encodeKey, type KeyColumn, type KeyValue } from "./core/partition-key.ts";
export type { PlainData } from "./core/plain-data.ts";
export type { Annotation, AuditEntry, ModelAlias, ModelVersion } from "./core/registry.ts";
export type { IndexSummary, RunManifest } from "./core/run.ts";
export * from "./model/index.ts";
export type { MonitorSummary, Offender } from "./monitor/monitor-version.ts";
export type { Delivery } from "./monitor/webhook.ts";
export type { Garbage } from "./pipeline/garbage.ts";
export type { BatchSummary } from "./pipeline/score-batch.ts";
export type { Verification } from "./pipeline/verify.ts";
export type { DeclaredLevel } from "./reconcile/declared-hierarchy.ts";
export type { ReconcileSummary } from "./reconcile/reconcile-tables.ts";
export type { Champions, ChampionsSpec } from "./refine/champions.ts";
export type { Comparison, Distribution, Pair } from "./refine/compare.ts";
export type { RankedPartition, Ranking, RankOptions } from "./refine/rank.ts";
export type { ChangedSummary } from "./registry/train-changed.ts";
export type { OnProgress, Progress } from "./runs/progress.ts";
