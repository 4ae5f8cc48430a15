import type { SnowflakeAddress } from "../core/snowflake-address.ts";
import type { Catalog } from "./catalog.ts";
import type { Integrity } from "./integrity.ts";
import type { Jobs } from "./jobs.ts";
import type { Leftovers } from "./leftovers.ts";
import type { Queue } from "./queue.ts";
import type { Roster } from "./roster.ts";
import type { RunObjects } from "./run-objects.ts";
import type { RunViews } from "./run-views.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Services } from "./services.ts";
import type { StageAddress } from "./stage.ts";
import type { TableFunctions } from "./table-functions.ts";
import type { Tables } from "./tables.ts";
import type { Versions } from "./versions.ts";
import type { WorkerEngine } from "./worker-engine.ts";
import type { Workers } from "./workers.ts";

/** The address of an engine: plain data, with which a worker on any machine opens the same engine. */
export type EngineAddress =
  /** Without a stage of its own, the workspace has one. */
  | { readonly engine: "local"; readonly workspace: string; readonly stage?: StageAddress }
  | { readonly engine: "memory"; readonly id: string }
  | {
      readonly engine: "postgres";
      /** Without a password; what it leaves out comes from the environment. */
      readonly url?: string;
      readonly schema: string;
      readonly stage: StageAddress;
      /** The directory for logs and temporary files. */
      readonly workspace: string;
    }
  | SnowflakeAddress;

/** The objects that must exist before an engine can be used, if it does not create them itself. */
export interface Preparation {
  /** The statements of `prepare`, one by one. */
  readonly statements: readonly string[];
  /** Creates missing objects; replaces nothing. */
  prepare(): Promise<void>;
}

/** A feature that the engine needs: whether it is present, and the remedy if it is not. */
export interface Feature {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly advice?: string;
}

/** The facts that an engine reports to `manymodel engine check`. */
export interface EngineFacts {
  /** Component versions by name. */
  readonly versions: Readonly<Record<string, string>>;
  /** The privileges that it needs: whether each is granted, and the remedy if it is not. */
  readonly privileges: readonly { readonly what: string; readonly granted: boolean; readonly advice: string }[];
  /** The features that it needs in addition. */
  readonly features?: readonly Feature[];
  /** The database's clock, in milliseconds since 1970. */
  readonly clock: number;
}

/** The ports over an engine's rows, which its tables and its snapshots are made of. */
export type RowPorts = Pick<Engine, "source" | "output" | "views" | "tables" | "leftovers">;

/** All ports of one execution environment. */
export interface Engine extends WorkerEngine {
  readonly address: EngineAddress;
  readonly views: RunViews;
  readonly tables: Tables;
  readonly leftovers: Leftovers;
  /** The check of its files and its database, if it has one. */
  readonly integrity?: Integrity;
  readonly queue: Queue;
  readonly roster: Roster;
  readonly catalog: Catalog;
  readonly versions: Versions;
  readonly workers: Workers;
  readonly preparation?: Preparation;
  /** The engine's own compute, if it can train runs. */
  readonly jobs?: Jobs;
  /** The engine's own scheduler of the pipeline, if it has one. */
  readonly scheduler?: Scheduler;
  /** The engine's own long-running containers, if it has any. */
  readonly services?: Services;
  /** The objects that runs leave behind in addition to rows and files. */
  readonly objects?: RunObjects;
  /** The table functions that train chunks, if the engine has any. */
  readonly functions?: TableFunctions;
  /** Returns the engine's facts and privileges. */
  describe?(): Promise<EngineFacts>;
  /** Releases files, connections and memory. The engine is not usable afterwards. */
  close(): Promise<void>;
}
