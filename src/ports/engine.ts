import type { SnowflakeAddress } from "../core/snowflake-address.ts";
import type { Catalog } from "./catalog.ts";
import type { Jobs } from "./jobs.ts";
import type { Queue } from "./queue.ts";
import type { Roster } from "./roster.ts";
import type { Stage } from "./stage.ts";
import type { TableFunctions } from "./table-functions.ts";
import type { Tables } from "./tables.ts";
import type { Versions } from "./versions.ts";
import type { Workers } from "./workers.ts";

/** How an engine is opened: by a plain address, so that a worker anywhere can open the same one. */
export type EngineAddress =
  | { readonly engine: "local"; readonly workspace: string }
  | { readonly engine: "memory"; readonly id: string }
  | SnowflakeAddress;

/** What must be there before an engine can be used, where it does not come into being by itself. */
export interface Preparation {
  /** What `prepare` does, statement by statement. */
  readonly statements: readonly string[];
  /** Creates what is missing; replaces nothing. */
  prepare(): Promise<void>;
}

/** The seven ports of one execution environment. */
export interface Engine {
  readonly address: EngineAddress;
  readonly tables: Tables;
  readonly queue: Queue;
  readonly roster: Roster;
  readonly stage: Stage;
  readonly catalog: Catalog;
  readonly versions: Versions;
  readonly workers: Workers;
  readonly preparation?: Preparation;
  /** Where runs are trained in compute of the engine's own. */
  readonly jobs?: Jobs;
  /** Where chunks are trained by table functions. */
  readonly functions?: TableFunctions;
  /** Releases files, connections and memory. The engine is not usable afterwards. */
  close(): Promise<void>;
}
