import { expect, it } from "vitest";
import type { RunManifest } from "../../src/core/run.ts";
import { frame } from "../../src/model/frame.ts";
import { readSeriesTimes } from "../../src/work/series-times.ts";

const DAY = 86_400_000;
const days = (...numbers: number[]) => Float64Array.from(numbers, (day) => day * DAY);

function read(times: Float64Array, query: object = {}, type: "date" | "timestamp" = "date") {
  const snapshot = { timeColumn: "day", columns: [{ name: "day", type }], query } as unknown as RunManifest["snapshot"];
  return readSeriesTimes(snapshot, frame({ length: times.length, columns: { day: { type, values: times } } }));
}

it("gives equal times the same answer, whatever a body did to those before", () => {
  const first = days(0, 1, 3);
  const answer = { found: { firstTs: "1970-01-01", lastTs: "1970-01-04", interval: "W457" } };
  expect(read(first)).toMatchObject(answer);
  first[2] = 2 * DAY;
  expect(read(days(0, 1, 3))).toMatchObject(answer);
  expect(read(first)).toMatchObject({ found: { lastTs: "1970-01-03" } });
});

it("reads equal times anew under another type or another statement of the source", () => {
  expect(read(days(0, 7, 14))).toMatchObject({ found: { interval: "P7D" } });
  expect(read(days(0, 7, 14), { interval: "P1D" })).toMatchObject({ found: { interval: "P1D" } });
  expect(read(days(0, 7, 14), {}, "timestamp")).toMatchObject({ found: { lastTs: "1970-01-15 00:00:00" } });
  expect(read(days(0, 7, 7))).toMatchObject({ errorType: "duplicate-timestamp" });
  expect(read(days(0, 7, 7), { duplicates: "keep" })).toMatchObject({ found: { interval: "P7D" } });
});

it("never takes a missing time for one of before", () => {
  for (let time = 0; time < 2; time++)
    expect(read(days(0, Number.NaN, 2))).toMatchObject({ errorType: "null-timestamp" });
});
