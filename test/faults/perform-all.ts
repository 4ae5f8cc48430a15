import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { temporaryFolder } from "../workspace.ts";
import type { Ground } from "./ground.ts";
import { perform } from "./perform.ts";
import { makeSchedule, type Schedule } from "./schedule.ts";
import { prepareSite } from "./workspace.ts";

const PARTITIONS = 120;

/** Performs schedules at the same time, scores the last, and says how many blows there were. */
export async function performAll(ground: Ground, schedules: readonly Schedule[]) {
  const site = {
    root: fileURLToPath(new URL("../..", import.meta.url)),
    folder: await temporaryFolder(),
    partitions: PARTITIONS,
    ground,
  };
  const reference = await prepareSite(site);
  const blows: Record<string, number> = {};
  const done = schedules.map((schedule) => perform(site, reference, schedule, schedule === schedules.at(-1)));
  for (const { seed, anomalies, kills } of await Promise.all(done)) {
    // In words of its own, since the difference of long lists is cut.
    expect(anomalies, `schedule ${seed}: ${anomalies.join("\n")}`).toEqual([]);
    for (const [target, n] of Object.entries(kills)) blows[target] = (blows[target] ?? 0) + n;
  }
  return blows;
}

/** Returns the schedules of some seeds. */
export const schedules = (...seeds: number[]) => seeds.map((seed) => makeSchedule(seed, PARTITIONS));
/** Returns the sum of all counts. */
export const sum = (counts: object) => Object.values(counts).reduce((total, n) => total + n, 0);
