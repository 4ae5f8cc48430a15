import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { loadConfig } from "../../config/load.ts";
import { runTask, type TaskOptions } from "../../fleets/run-task.ts";
import { engineAddress } from "../engine-address.ts";
import { openEngine } from "../open-engine.ts";
import { workerEntry } from "../worker-program.ts";

/**
 * Trains a task of a run on a fleet's machine. The local engine's workspace is the submitting machine's: where the stage
 * is elsewhere, nothing of it is needed here.
 */
export async function runFleetTask(configFile: string, options: TaskOptions): Promise<void> {
  const config = await loadConfig(configFile);
  const configured = engineAddress(config);
  const scratch = path.join(tmpdir(), `manymodel-${randomUUID()}`);
  const elsewhere = configured.engine === "local" && configured.stage !== undefined;
  const address = elsewhere ? { ...configured, workspace: scratch } : configured;
  const engine = await openEngine(address, { threads: 1 });
  try {
    await runTask(engine, workerEntry(address, config.train.memory_limit_mb), options);
  } finally {
    await engine.close();
    if (elsewhere) await rm(scratch, { recursive: true, force: true });
  }
}
