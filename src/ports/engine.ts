import type { Catalog } from "./catalog.ts";
import type { Queue } from "./queue.ts";
import type { Roster } from "./roster.ts";
import type { Stage, StageAddress } from "./stage.ts";
import type { Tables } from "./tables.ts";
import type { Versions } from "./versions.ts";
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
    };

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
  /** Releases files, connections and memory. The engine is not usable afterwards. */
  close(): Promise<void>;
}
