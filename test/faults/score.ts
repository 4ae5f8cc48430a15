import { setTimeout as wait } from "node:timers/promises";
import { random } from "../../packages/forecast/src/stats/random.ts";
import type { Engine } from "../../src/ports/engine.ts";
import { startProcess } from "./processes.ts";
import { STEPS, verifyForecasts } from "./verify.ts";
import { binOf, type Reference, type Site, succeed } from "./workspace.ts";

/** About as long as registering or scoring takes from the start of its process, in milliseconds. */
const LONGEST_MS = { register: 900, batch: 2500 };

/**
 * Registers a completed run and scores its source, each killed once at a random moment and done again. A version is
 * there or not, and the forecasts of a batch are there as a whole or not at all.
 */
export async function scoreUnderFire(
  engine: Engine,
  site: Site,
  folder: string,
  runId: string,
  reference: Reference,
  seed: number,
): Promise<{ kills: Record<string, number>; anomalies: string[] }> {
  const uniform = random(seed ^ 0x5c0e);
  const kills: Record<string, number> = {};
  const disturb = async (command: keyof typeof LONGEST_MS, ...args: string[]) => {
    const victim = startProcess(binOf(site), folder, [command, ...args], site.ground.environment);
    await Promise.race([wait(uniform() * LONGEST_MS[command]), victim.ended]);
    if (await victim.kill()) kills[command] = (kills[command] ?? 0) + 1;
  };
  const register = ["--run", runId, "--horizon", String(STEPS)];
  await disturb("register", ...register);
  if ((await engine.versions.list()).length === 0) await succeed(site, folder, "register", ...register);
  await disturb("batch");
  const anomalies: string[] = [];
  const written = (await engine.source.columns("FORECAST_RESULTS")) !== undefined;
  const { rows } = written
    ? await engine.tables.query("SELECT count(*) FROM FORECAST_RESULTS", [], 1)
    : { rows: [[0]] };
  if (rows[0]![0] !== 0) anomalies.push(...(await verifyForecasts(engine, reference)));
  await succeed(site, folder, "batch");
  anomalies.push(...(await verifyForecasts(engine, reference)));
  await succeed(site, folder, "gc", "--older-than", "1ms", "--delete");
  const left = (await engine.leftovers.stored()).filter(({ kind }) => kind !== "snapshot");
  for (const { id } of left) anomalies.push(`gc left ${id}`);
  anomalies.push(...(await verifyForecasts(engine, reference)));
  return { kills, anomalies };
}
