import { expect, it } from "vitest";
import { dueEvents, groupEvents, isQuietHour, readingEvents } from "../../src/monitor/reading-alerts.ts";

const reading = (partitionKey: string, kind: string, step: number, since = "t0", score = 5) => ({
  ...{ partitionKey, kind, step, since, score, value: step, expected: 0 },
});

it("readings since one time are one event, of the kind of the last, with the furthest reading", () => {
  const events = readingEvents([
    ...[reading("A", "spike", 1), reading("A", "spike", 2, "t0", -9), reading("A", "level-shift", 3)],
    ...[reading("A", "spike", 8, "t7"), reading("B", "stuck", 1)],
  ]);
  expect(events).toEqual([
    { partitionKey: "A", kind: "level-shift", since: "t0", readings: 3, value: 2, expected: 0, score: -9 },
    { partitionKey: "A", kind: "spike", since: "t7", readings: 1, value: 8, expected: 0, score: 5 },
    { partitionKey: "B", kind: "stuck", since: "t0", readings: 1, value: 1, expected: 0, score: 5 },
  ]);
  expect(groupEvents([...events, ...readingEvents([reading("C", "stuck", 1)])], 1)).toMatchObject([
    { kind: "stuck", sensors: 2, events: [{ partitionKey: "B" }] },
    { kind: "level-shift", sensors: 1 },
    { kind: "spike", sensors: 1 },
  ]);
});

it("an event is due once, and not within the quiet time of its sensor and kind", () => {
  const events = readingEvents([
    reading("A", "spike", 1, "t1"),
    reading("A", "spike", 2, "t2"),
    reading("B", "spike", 1),
  ]);
  const earlier = [{ partitionKey: "A", kind: "spike", since: "t1", sentAt: 1000 }];
  const due = (now: number) => dueEvents(events, earlier, { now, quietMs: 500 }).map((event) => event.since);
  expect(due(1400)).toEqual(["t0"]);
  expect(due(1500)).toEqual(["t2", "t0"]);
});

it("quiet hours may span midnight", () => {
  const at = (time: string) => Date.parse(`2026-05-01T${time}:00Z`);
  expect(["21:59", "22:00", "05:59", "06:00"].map((time) => isQuietHour(at(time), "22:00-06:00"))).toEqual([
    ...[false, true, true, false],
  ]);
  expect(["11:59", "12:00", "13:00"].map((time) => isQuietHour(at(time), "12:00-13:00"))).toEqual([false, true, false]);
});
