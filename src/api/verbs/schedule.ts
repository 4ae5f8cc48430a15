import { placeOf } from "../../config/place.ts";
import { ManymodelError } from "../../core/errors.ts";
import type { Scheduler } from "../../ports/scheduler.ts";
import type { Workspace } from "../workspace.ts";
import { containerFiles } from "./container-config.ts";

/** The statements and the files that are put into the account. */
export interface Deployment {
  readonly statements: readonly string[];
  readonly files: readonly string[];
}

/** An option to change nothing and return what would be done. */
export interface DryRun {
  readonly dryRun?: boolean;
}

/**
 * Has the engine's own scheduler run `pipeline run` with this configuration and this definition, as they are now. Another call
 * replaces both.
 *
 * @throws {ManymodelError} `config` where nothing says when, or the configuration has no file
 */
export async function schedulePipeline(workspace: Workspace, { dryRun = false }: DryRun = {}): Promise<Deployment> {
  const scheduler = schedulerOf(workspace);
  const files = await containerFiles(workspace, scheduler.cpus);
  if (!dryRun) await scheduler.schedule(files);
  return { statements: scheduler.statements, files: [...files.keys()] };
}

/** Removes the schedule. @throws {ManymodelError} `config` where the configuration has none */
export async function unschedulePipeline(workspace: Workspace, { dryRun = false }: DryRun = {}): Promise<Deployment> {
  const scheduler = schedulerOf(workspace);
  if (!dryRun) await scheduler.unschedule();
  return { statements: scheduler.removal, files: [] };
}

function schedulerOf({ engine, config }: Workspace): Scheduler {
  if (engine.scheduler === undefined)
    throw new ManymodelError(
      "config",
      `${placeOf(config, "snowflake.schedule")} is missing; add schedule: { cron: 30 2 * * * UTC } to the block snowflake`,
    );
  return engine.scheduler;
}
