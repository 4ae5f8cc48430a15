import { ManymodelError } from "../../core/errors.ts";
import type { SnowflakeAddress } from "../../core/snowflake-address.ts";
import type { Engine } from "../../ports/engine.ts";
import { nodeWorkers } from "../node/workers.ts";
import { snowflakeCatalog } from "./catalog.ts";
import { describeAccount } from "./describe-account.ts";
import { snowflakeInference } from "./inference.ts";
import { snowflakeJobs } from "./jobs.ts";
import { withModelObjects } from "./model-objects.ts";
import { workspaceNames } from "./names.ts";
import { snowflakePreparation } from "./preparation.ts";
import { snowflakeQueue } from "./queue.ts";
import { jobRoster, snowflakeRoster } from "./roster.ts";
import { snowflakeRunObjects } from "./run-objects.ts";
import { snowflakeScheduler } from "./schedule.ts";
import { snowflakeServices } from "./services.ts";
import { openSession } from "./session.ts";
import { mountedStage, snowflakeStage } from "./stage.ts";
import { snowflakeTableFunctions } from "./table-functions.ts";
import { snowflakeTables } from "./tables.ts";
import { snowflakeVersions } from "./versions.ts";

/**
 * Opens a workspace in a Snowflake account: a schema that holds tables, queue, catalog and registry, and a stage. Nothing
 * is sent until something is asked for; what is missing is created by `preparation`, and only there.
 *
 * @param scorer - the program that scores inside a MODEL, for a workspace whose versions are in the Model Registry too
 */
export function openSnowflakeEngine(address: SnowflakeAddress, scorer: () => Promise<Uint8Array> = noScorer): Engine {
  const session = openSession(address);
  const names = workspaceNames(address);
  const remote = snowflakeStage(session, names, address.stage);
  const stage = address.mount === undefined ? remote : mountedStage(address.mount, remote);
  const roster = snowflakeRoster(session, names);
  const { containers, schedule } = address;
  const workers = nodeWorkers();
  const versions = snowflakeVersions(session, names);
  return {
    address,
    ...snowflakeTables(session, names, stage),
    queue: snowflakeQueue(session, names, address.shard),
    roster: address.shard === undefined ? roster : jobRoster(roster),
    catalog: snowflakeCatalog(session, names),
    versions: address.modelRegistry
      ? withModelObjects(versions, session, names, stage, { scorer, byReference: address.modelFiles !== "model" })
      : versions,
    stage,
    workers,
    ...((address.compute === "warehouse" || ["warehouse", "auto"].includes(address.scoring)) && {
      functions: snowflakeTableFunctions(session, names, stage, address),
    }),
    objects: snowflakeRunObjects(session, names),
    ...(address.service !== undefined && { jobs: snowflakeJobs(session, names, stage, address, address.service) }),
    ...(containers !== undefined && {
      services: snowflakeServices(session, names, stage, address, containers),
      ...(schedule !== undefined && {
        scheduler: snowflakeScheduler(session, names, stage, address, { schedule, containers }),
      }),
    }),
    ...(address.inference !== undefined && {
      inference: snowflakeInference(session, names, stage, address, address.inference),
    }),
    preparation: snowflakePreparation(session, names, address),
    describe: () => describeAccount(session, names, address),
    async close() {
      await workers.close();
      await session.close();
    },
  };
}

function noScorer(): never {
  throw new ManymodelError("internal", "the engine was opened without the program that scores inside a MODEL");
}
