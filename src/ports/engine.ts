import type { SnowflakeAddress } from "../core/snowflake-address.ts";
import type { Catalog } from "./catalog.ts";
import type { Integrity } from "./integrity.ts";
import type { Jobs } from "./jobs.ts";
import type { Leftovers } from "./leftovers.ts";
import type { Queue } from "./queue.ts";
import type { Roster } from "./roster.ts";
import type { RunObjects } from "./run-objects.ts";
import type { RunViews } from "./run-views.ts";
import type { StageAddress } from "./stage.ts";
import type { TableFunctions } from "./table-functions.ts";
import type { Tables } from "./tables.ts";
import type { Versions } from "./versions.ts";
import type { WorkerEngine } from "./worker-engine.ts";
import type { Workers } from "./workers.ts";

/** How an engine is opened: by a plain address, so that a worker anywhere can open the same one. */
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

/** What must be there before an engine can be used, where it does not come into being by itself. */
export interface Preparation {
  /** What `prepare` does, statement by statement. */
  readonly statements: readonly string[];
  /** Creates what is missing; replaces nothing. */
  prepare(): Promise<void>;
}

/** Something that must be there, whether it is, and what to do if not. */
export interface Feature {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly advice?: string;
}

/** What an engine says of itself, for `manymodel engine check`. */
export interface EngineFacts {
  /** Of what it is made of, by name. */
  readonly versions: Readonly<Record<string, string>>;
  /** What it must be allowed to do, whether it is, and what to do if not. */
  readonly privileges: readonly { readonly what: string; readonly granted: boolean; readonly advice: string }[];
  /** What else must be there. */
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
  /** Where its files and its database can be checked. */
  readonly integrity?: Integrity;
  readonly queue: Queue;
  readonly roster: Roster;
  readonly catalog: Catalog;
  readonly versions: Versions;
  readonly workers: Workers;
  readonly preparation?: Preparation;
  /** Where runs are trained in compute of the engine's own. */
  readonly jobs?: Jobs;
  /** What runs leave behind beside rows and files. */
  readonly objects?: RunObjects;
  /** Where chunks are trained by table functions. */
  readonly functions?: TableFunctions;
  /** What it is, and what it may do. */
  describe?(): Promise<EngineFacts>;
  /** Releases files, connections and memory. The engine is not usable afterwards. */
  close(): Promise<void>;
}
