import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { SnowflakeAddress } from "../../src/core/snowflake-address.ts";
import { attend } from "../../src/crew/attendance.ts";
import { workOne } from "../../src/crew/work-queue.ts";
import { workspaceNames } from "../../src/engines/snowflake/names.ts";
import { snowflakeQueue } from "../../src/engines/snowflake/queue.ts";
import { jobRoster, snowflakeRoster } from "../../src/engines/snowflake/roster.ts";
import type { Session } from "../../src/engines/snowflake/session.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const HOUR_MS = 3_600_000;
const address = { database: "LAB", schema: "MM", stage: "MM_STAGE", queueTable: "MM_CHUNKS", hybridTables: true };

/** A session that counts what it is sent, and has one chunk for whoever claims. */
function countingSession(worker: string) {
  const sent: string[] = [];
  const session = {
    async rows(sql: string) {
      sent.push(sql);
      if (/LIMIT 16$/.test(sql)) return [[1, 0, "available", 0]];
      return /^SELECT ATTEMPT, WORKER/.test(sql) ? [[1, worker]] : [];
    },
    async change(sql: string) {
      sent.push(sql);
      return 1;
    },
  };
  return { sent, session: session as unknown as Session };
}

it("keeps a warehouse awake by less than one statement a minute while 4 containers of 3 threads train for an hour", async () => {
  const names = workspaceNames(address as SnowflakeAddress);
  const sessions = Array.from({ length: 4 }, () => countingSession("w"));
  const trained = sessions.flatMap(({ session }, index) => {
    const queue = snowflakeQueue(session, names, { index, count: 4 });
    const roster = jobRoster(snowflakeRoster(session, names));
    return Array.from({ length: 3 }, async () => {
      const attendance = await attend(roster, "w", "r");
      const segment = { chunk: 1, path: "p", rows: 1, failed: 0 };
      const member = {
        name: "w",
        call: () => new Promise((resolve) => setTimeout(() => resolve(segment), HOUR_MS)),
        interrupt: async () => {},
      };
      const options = {
        manifestSha256: "",
        maxAttempts: 3,
        fitTimeoutMs: null,
        leaseMs: queue.leaseMs ?? Number.NaN,
        signal: new AbortController().signal,
      };
      await workOne(queue, "r", Object.assign(member, { isolated: member }) as never, options);
      await attendance.leave();
    });
  });
  await vi.advanceTimersByTimeAsync(HOUR_MS);
  await Promise.all(trained);
  const count = sessions.reduce((sum, { sent }) => sum + sent.length, 0);
  // Each container ends the leases of an earlier attempt (1); each thread looks, claims, reads back, and finishes (4).
  expect(count).toBe(4 * (1 + 3 * 4));
  expect(count).toBeLessThanOrEqual(60);
});
