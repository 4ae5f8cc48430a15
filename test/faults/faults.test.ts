import { describe, expect, it, onTestFinished } from "vitest";
import { startPostgres, whyNoPostgres } from "../engines/postgres-server.ts";
import { localGround, postgresGround } from "./ground.ts";
import { performAll, schedules, sum } from "./perform-all.ts";
import { onServer } from "./schedule.ts";

describe("a run whose processes are killed at random moments", () => {
  // One for each kind of moment and of victim; npm run test:faults has all others.
  it("ends, resumed, as the run that nobody disturbed", async () => {
    expect(sum(await performAll(localGround, schedules(3, 8, 10)))).toBeGreaterThan(0);
  });

  const reason = whyNoPostgres();
  it(`on PostgreSQL, whose server crashes and whose connections are cut as well, too`, async ({ skip }) => {
    if (reason !== undefined) return skip(reason);
    const server = startPostgres();
    onTestFinished(() => server.stop());
    const blows = await performAll(postgresGround(server), schedules(6, 10).map(onServer));
    expect(sum(blows)).toBeGreaterThan(0);
    expect(Object.keys(blows)).toEqual(expect.arrayContaining(["server", "connections"]));
  });
});
