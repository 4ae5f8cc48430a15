import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { startPostgres, whyNoPostgres } from "../engines/postgres-server.ts";
import { temporaryFolder } from "../workspace.ts";
import { type Ground, localGround, postgresGround } from "./ground.ts";
import { perform } from "./perform.ts";
import { makeSchedule, onServer, type Schedule } from "./schedule.ts";
import { prepareSite } from "./workspace.ts";

const PARTITIONS = 200;

/** Performs schedules, three at a time, and says how many blows there were. */
async function performAll(ground: Ground, schedules: readonly Schedule[]) {
  const site = {
    root: fileURLToPath(new URL("../..", import.meta.url)),
    folder: await temporaryFolder(),
    partitions: PARTITIONS,
    ground,
  };
  const reference = await prepareSite(site);
  const blows: Record<string, number> = {};
  for (let from = 0; from < schedules.length; from += 3) {
    const some = schedules.slice(from, from + 3);
    const done = await Promise.all(some.map((schedule) => perform(site, reference, schedule, schedule.seed === 5)));
    for (const { seed, anomalies, kills } of done) {
      expect(anomalies, `schedule ${seed}`).toEqual([]);
      for (const [what, n] of Object.entries(kills)) blows[what] = (blows[what] ?? 0) + n;
    }
  }
  return blows;
}

const schedules = (...seeds: number[]) => seeds.map((seed) => makeSchedule(seed, PARTITIONS));
const sum = (counts: object) => Object.values(counts).reduce((total, n) => total + n, 0);

describe("a run whose processes are killed at random moments", () => {
  it("ends, resumed, as the run that nobody disturbed (npm run test:faults has 200 schedules)", async () => {
    expect(sum(await performAll(localGround, schedules(0, 1, 2, 3, 4, 5)))).toBeGreaterThan(0);
  });

  const reason = whyNoPostgres();
  it(`on PostgreSQL, whose server crashes and whose connections are cut as well, too`, async ({ skip }) => {
    if (reason !== undefined) return skip(reason);
    const server = startPostgres();
    onTestFinished(() => server.stop());
    const blows = await performAll(postgresGround(server), schedules(0, 1, 3, 5).map(onServer));
    expect(sum(blows)).toBeGreaterThan(0);
    expect(Object.keys(blows)).toEqual(expect.arrayContaining(["server", "connections"]));
  });
});
