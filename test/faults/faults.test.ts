import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../workspace.ts";
import { perform } from "./perform.ts";
import { makeSchedule } from "./schedule.ts";
import { prepareSite } from "./workspace.ts";

const PARTITIONS = 200;

describe("a run whose processes are killed at random moments", () => {
  it("ends, resumed, as the run that nobody disturbed (npm run test:faults has 200 schedules)", async () => {
    const site = {
      root: fileURLToPath(new URL("../..", import.meta.url)),
      folder: await temporaryFolder(),
      partitions: PARTITIONS,
    };
    const reference = await prepareSite(site);
    let kills = 0;
    for (let seed = 0; seed < 6; seed += 3) {
      const schedules = [seed, seed + 1, seed + 2].map((seed) => makeSchedule(seed, PARTITIONS));
      const done = await Promise.all(
        schedules.map((schedule) => perform(site, reference, schedule, schedule.seed === 5)),
      );
      for (const { seed, anomalies, kills: killed } of done) {
        expect(anomalies, `schedule ${seed}`).toEqual([]);
        kills += Object.values(killed).reduce((sum, n) => sum + n, 0);
      }
    }
    expect(kills).toBeGreaterThan(0);
  });
});
