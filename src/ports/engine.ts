import type { Catalog } from "./catalog.ts";
import type { Queue } from "./queue.ts";
import type { Roster } from "./roster.ts";
import type { Stage } from "./stage.ts";
import type { Tables } from "./tables.ts";
import type { Versions } from "./versions.ts";
import type { Workers } from "./workers.ts";

/** How an engine is opened: by a plain address, so that a worker anywhere can open the same one. */
export type EngineAddress =
  | { readonly engine: "local"; readonly workspace: string }
  | { readonly engine: "memory"; readonly id: string }
  | {
      readonly engine: "postgres";
      /** Without a password; what it leaves out comes from the environment. */
      readonly url?: string;
      readonly schema: string;
      /** The directory of the stage. */
      readonly stage: string;
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
