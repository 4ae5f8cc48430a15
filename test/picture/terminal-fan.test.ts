import { expect, it } from "vitest";
import { terminalFan } from "../../src/picture/terminal-fan.ts";

const series = (mean: number[], width: number, values = [1, 2, NaN, 4]): Parameters<typeof terminalFan>[0] =>
  ({
    values: Float64Array.from(values),
    scores: "steps",
    levels: [80],
    scored: {
      status: "OK",
      times: null,
      mean: Float64Array.from(mean),
      lower: [Float64Array.from(mean, (value) => value - width)],
      upper: [Float64Array.from(mean, (value) => value + width)],
    },
  }) as unknown as Parameters<typeof terminalFan>[0];

it("draws observations as dots, forecasts as dots in their shade", () => {
  const lines = terminalFan(series([5, 5], 1), { columns: 40, rows: 6 });
  expect(lines).toHaveLength(6);
  for (const line of lines) expect([...line].length).toBeLessThanOrEqual(40);
  expect(lines[0]).toMatch(/^ *6\.\d+ │.*░$/);
  // The first observation is at the bottom left, the gap has no dots.
  expect(lines[5]).toMatch(/^ *0\.\d+ │[\u2801-\u28ff]/);
  expect(lines.join("\n")).toMatch(/░/);
});

it("draws nothing where there is no room", () => {
  for (const columns of [0, 1, 5, 12]) expect(terminalFan(series([5, 5], 1), { columns, rows: 6 })).toEqual([]);
  expect(terminalFan(series([5, 5], 1), { columns: 20, rows: 6 })).toHaveLength(6);
});

it("draws nothing where there is no forecast, and survives one without bounds", () => {
  expect(terminalFan({ ...series([1], 1), scores: "rows" }, { columns: 40, rows: 6 })).toEqual([]);
  const lines = terminalFan(series([1, 1, 1], NaN, []), { columns: 40, rows: 3 });
  expect(lines.join("")).toMatch(/[\u2801-\u28ff]/);
  expect(lines.join("")).not.toMatch(/[░▒▓]/);
});
