import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { openTestAccount } from "../snowflake/account.ts";
import { startPostgres, whyNoPostgres } from "./postgres-server.ts";

/** The ground of an engine's workspace besides its folder. */
export interface Place {
  /** The engine's part of a configuration. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Writes what is not in the workspace's folder to a folder that is not there yet; nobody may be using it. */
  save(folder: string): Promise<void>;
  close(): Promise<void>;
}

/** An engine that keeps workspaces for longer than a process, as tests have it. */
export interface EngineOfPlaces {
  readonly engine: "local" | "postgres" | "snowflake";
  /** The reason why there is none here; undefined if there is one. */
  readonly missing: string | undefined;
  /** @param saved - a folder that a place was saved to, to begin with what it had */
  open(saved?: string): Promise<Place>;
}

const SCHEMA = "manymodel";

/** The engines whose workspaces outlive a process. The account of Snowflake is the local server's. */
export const ENGINES: readonly EngineOfPlaces[] = [
  {
    engine: "local",
    missing: undefined,
    open: async () => ({ settings: {}, save: async () => {}, close: async () => {} }),
  },
  {
    engine: "postgres",
    missing: whyNoPostgres(),
    async open(saved) {
      const server = startPostgres();
      if (saved !== undefined) server.restore(await readFile(path.join(saved, "dump.sql"), "utf8"));
      return {
        settings: { engine: "postgres", postgres: { url: server.url(), schema: SCHEMA } },
        async save(folder) {
          await mkdir(folder);
          await writeFile(path.join(folder, "dump.sql"), server.dump(SCHEMA));
        },
        close: async () => server.stop(),
      };
    },
  },
  {
    engine: "snowflake",
    missing: undefined,
    async open(saved) {
      const account = await openTestAccount({ procedures: false, ...(saved !== undefined && { saved }) });
      return {
        settings: { engine: "snowflake", snowflake: account.block(SCHEMA.toUpperCase()) },
        save: (folder) => account.server.save(folder),
        close: () => account.close(),
      };
    },
  },
];
