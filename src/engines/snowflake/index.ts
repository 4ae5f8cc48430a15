import type { SnowflakeAddress } from "../../core/snowflake-address.ts";
import type { Engine } from "../../ports/engine.ts";
import { nodeWorkers } from "../node/workers.ts";
import { snowflakeCatalog } from "./catalog.ts";
import { describeAccount } from "./describe-account.ts";
import { snowflakeJobs } from "./jobs.ts";
import { workspaceNames } from "./names.ts";
import { snowflakePreparation } from "./preparation.ts";
import { snowflakeQueue } from "./queue.ts";
import { snowflakeRoster } from "./roster.ts";
import { snowflakeRunObjects } from "./run-objects.ts";
import { openSession } from "./session.ts";
import { mountedStage, snowflakeStage } from "./stage.ts";
import { snowflakeTableFunctions } from "./table-functions.ts";
import { snowflakeTables } from "./tables.ts";
import { snowflakeVersions } from "./versions.ts";

/**
 * Opens a workspace in a Snowflake account: a schema that holds tables, queue, catalog and registry, and a stage. Nothing
 * is sent until something is asked for; what is missing is created by `preparation`, and only there.
 */
export function openSnowflakeEngine(address: SnowflakeAddress): Engine {
  const session = openSession(address);
  const names = workspaceNames(address);
  const remote = snowflakeStage(session, names, address.stage);
  const stage = address.mount === undefined ? remote : mountedStage(address.mount, remote);
  return {
    address,
    tables: snowflakeTables(session, names, stage),
    queue: snowflakeQueue(session, names, address.shard),
    roster: snowflakeRoster(session, names),
    catalog: snowflakeCatalog(session, names),
    versions: snowflakeVersions(session, names),
    stage,
    workers: nodeWorkers(),
    ...((address.compute === "warehouse" || address.scoring === "warehouse") && {
      functions: snowflakeTableFunctions(session, names, stage, address),
    }),
    objects: snowflakeRunObjects(session, names),
    ...(address.service !== undefined && { jobs: snowflakeJobs(session, names, stage, address, address.service) }),
    preparation: snowflakePreparation(session, names, address),
    describe: () => describeAccount(session, names, address),
    close: () => session.close(),
  };
}
