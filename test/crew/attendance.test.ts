import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { attend } from "../../src/crew/attendance.ts";
import { memoryRoster } from "../../src/engines/memory/roster.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it("a worker whose beats came late joins again, and stops once it is asked to", async () => {
  const roster = memoryRoster(Date.now);
  const attendance = await attend(roster, "w", "r");
  // The machine stands still for a minute: the clock goes on, and no timer fires.
  vi.setSystemTime(Date.now() + 60_000);
  expect(await roster.alive()).toEqual([]);
  await vi.advanceTimersByTimeAsync(4_000);
  expect(await roster.alive()).toMatchObject([{ name: "w", run: "r", stopping: false }]);
  expect(attendance.stop.aborted).toBe(false);
  await roster.stop(["w"]);
  await vi.advanceTimersByTimeAsync(4_000);
  expect(attendance.stop.aborted).toBe(true);
  await attendance.leave();
  expect(await roster.alive()).toEqual([]);
});

it("a worker whose name another has taken meanwhile stops", async () => {
  const roster = memoryRoster(Date.now);
  const attendance = await attend(roster, "w", "r");
  vi.setSystemTime(Date.now() + 60_000);
  await roster.join({ name: "w", run: null }, 60_000);
  await roster.stop(["w"]);
  await vi.advanceTimersByTimeAsync(4_000);
  expect(attendance.stop.aborted).toBe(true);
  await attendance.leave();
});
