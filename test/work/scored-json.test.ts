import { expect, it } from "vitest";
import type { ScoredPartition } from "../../src/work/score-partition.ts";
import { decodeScored, encodeScored } from "../../src/work/scored-json.ts";

const numbers = Float64Array.of(-0, 0.1, 5e-324, -1.7976931348623157e308, 2 ** 53 + 2);
const bounds = { lower: [numbers, numbers.map((n) => n / 3)], upper: [new Float64Array(5).fill(NaN), numbers] };
const why = { errorType: "no-update", errorMessage: 'it\'s \\ "quoted" \u2028 😀\n' } as const;
const outcomes: Record<string, ScoredPartition> = {
  "dates and every kind of number": { status: "OK", times: Float64Array.of(0, 1, 2, NaN, 4), mean: numbers, ...bounds },
  "texts as times": { status: "OK", times: ["a", null, "c", "d", "e"], mean: numbers, ...bounds },
  "no times": { status: "STALE", times: null, mean: numbers, ...bounds, ...why },
  "no steps": { status: "OK", times: new Float64Array(0), mean: new Float64Array(0), lower: [], upper: [] },
  "no forecast": { status: "NO_MODEL", errorType: "not-trained", errorMessage: null },
};

it.each(Object.entries(outcomes))("the result of scoring is the same after JSON, to the bit: %s", (_, scored) => {
  const text = encodeScored(scored);
  expect(text).not.toMatch(/\n/);
  expect(decodeScored(text)).toEqual(scored);
});
