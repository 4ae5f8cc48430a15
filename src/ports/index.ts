/**
 * The types of an engine: its ports, and the plain data that they take and return. The suites of `manymodel/contract` say
 * what each method promises.
 *
 * @module
 */
export type { Activity } from "./activity.ts";
export type { Catalog } from "./catalog.ts";
export type { Engine, EngineAddress, EngineFacts, Feature, Preparation } from "./engine.ts";
export type { Fleet, FleetJob, FleetStatus } from "./fleet.ts";
export type { Inference } from "./inference.ts";
export type { Integrity, StoredCheck } from "./integrity.ts";
export type { JobRecord, Jobs } from "./jobs.ts";
export type * from "./leftovers.ts";
export type * from "./output.ts";
export type { ChunkRecord, ClaimOptions, FeedState, Lease, Queue } from "./queue.ts";
export type { Roster, WorkerRecord } from "./roster.ts";
export type { RunObjects } from "./run-objects.ts";
export type * from "./run-views.ts";
export type * from "./source.ts";
export type { Stage, StageAddress } from "./stage.ts";
export type { TableFunctions } from "./table-functions.ts";
export type * from "./tables.ts";
export type { Versions } from "./versions.ts";
export type { WorkerEngine } from "./worker-engine.ts";
export type { Worker, WorkerEntry, Workers } from "./workers.ts";
