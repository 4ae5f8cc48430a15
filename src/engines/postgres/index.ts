import path from "node:path";
import type { Engine, EngineAddress } from "../../ports/engine.ts";
import { openStage } from "../../stages/open.ts";
import { openDuck } from "../node/duck.ts";
import { nodeWorkers } from "../node/workers.ts";
import { postgresCatalog } from "./catalog.ts";
import { openDatabase } from "./database.ts";
import { describeDatabase } from "./describe.ts";
import { checkStored } from "./integrity.ts";
import { postgresQueue } from "./queue.ts";
import { postgresRoster } from "./roster.ts";
import { postgresTables } from "./tables.ts";
import { postgresVersions } from "./versions.ts";
import { workSignal } from "./work-signal.ts";

export type PostgresAddress = Extract<EngineAddress, { engine: "postgres" }>;

/** Connections of a process. A worker, being one of several, needs one, and only while it reads or writes a table. */
const CONNECTIONS = 4;

/**
 * Opens a schema of a PostgreSQL database, which holds tables, queue, catalog and registry, with a directory or a bucket as the
 * stage. Connects when it is first used, and then creates the schema if it is not there. Any number of processes, on
 * any machines that see the stage, may have it open.
 *
 * @param options.threads - given where the engine is opened by one of several workers
 * @throws {ManymodelError} `config` if the address is not one, or holds a password
 */
export async function openPostgresEngine(
  address: Omit<PostgresAddress, "engine">,
  options: { threads?: number } = {},
): Promise<Engine> {
  const isWorker = options.threads !== undefined;
  const db = openDatabase(address, { connections: isWorker ? 1 : CONNECTIONS, patient: isWorker });
  const signal = workSignal(db, address);
  const temporary = path.join(address.workspace, "tmp");
  const duck = openDuck(temporary);
  const stage = openStage(address.stage);
  const workers = nodeWorkers();
  return {
    address: { engine: "postgres", ...address },
    ...postgresTables(db, stage, duck, temporary),
    queue: postgresQueue(db, signal),
    catalog: postgresCatalog(db, signal),
    versions: postgresVersions(db),
    roster: postgresRoster(db),
    stage,
    integrity: { check: (snapshot) => checkStored(db, snapshot) },
    workers,
    describe: () => describeDatabase(db),
    async close() {
      await workers.close();
      duck.close();
      await signal.close();
      await db.close();
    },
  };
}
