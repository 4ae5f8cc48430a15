import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { nsdiffs } from "../../src/tests/nsdiffs.ts";
import { sources } from "../unit-root.ts";

const seasonal = Float64Array.from({ length: 60 }, (_, t) => 10 * Math.sin((Math.PI * t) / 6) + Math.sin(t * t));

describe("nsdiffs", () => {
  it("needs no seasonal difference without a season, of a constant, or of less than two seasons", () => {
    assert.equal(nsdiffs(seasonal, { period: 1 }), 0);
    assert.equal(nsdiffs(new Float64Array(60).fill(3), { period: 12 }), 0);
    assert.equal(nsdiffs(seasonal, { period: 30 }), 0);
    assert.equal(nsdiffs(seasonal, { period: 100 }), 0);
    assert.equal(nsdiffs([], { period: 12 }), 0);
  });
  it("takes one of a strong season, by default at most one, and none when allowed none", () => {
    assert.equal(nsdiffs(seasonal, { period: 12 }), 1);
    assert.equal(nsdiffs(seasonal, { period: 12, maxD: 0 }), 0);
    assert.equal(nsdiffs(seasonal, { period: 12, maxD: 2 }), 1);
  });
  it("fills missing values first", () => {
    assert.equal(
      nsdiffs(
        seasonal.map((value, t) => (t % 11 === 3 ? NaN : value)),
        { period: 12 },
      ),
      1,
    );
  });
  it("refuses infinite values and options out of range, naming them", () => {
    assert.throws(() => nsdiffs([1, -Infinity], { period: 2 }), /-Infinity at position 1/);
    assert.throws(() => nsdiffs([1, 2], { period: 2.5 }), /period is 2.5/);
    assert.throws(() => nsdiffs([1, 2], { period: 2, maxD: 0.5 }), /maxD is 0.5/);
  });
});

describe.each(sources)("nsdiffs $name", ({ records, skip }) => {
  it.skipIf(skip).each(["seas", "ocsb"] as const)("equals R's by %s", (test) => {
    const wrong = records.filter(
      ({ values, frequency: period, result }) =>
        result[`nsdiffs_${test}`] !== undefined && nsdiffs(values, { period, test }) !== result[`nsdiffs_${test}`],
    );
    assert.deepEqual(
      wrong.map(({ id }) => id),
      [],
    );
  });
});
