import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { ndiffs } from "../../../src/forecast/tests/ndiffs.ts";
import { absent, reference, type Reference, referenceSeries } from "../../reference.ts";

describe("ndiffs", () => {
  it("needs no difference for a constant, a single or no value", () => {
    assert.equal(ndiffs([5, 5, 5, 5, 5, 5]), 0);
    assert.equal(ndiffs([5]), 0);
    assert.equal(ndiffs([]), 0);
    assert.equal(ndiffs([NaN, NaN]), 0);
  });
  it("takes one difference of a line and two of a parabola, by default at most two", () => {
    assert.equal(ndiffs(Array.from({ length: 60 }, (_, t) => 3 + 0.1 * t)), 1);
    assert.equal(ndiffs(Array.from({ length: 60 }, (_, t) => t * t)), 2);
    assert.equal(ndiffs(Array.from({ length: 60 }, (_, t) => t ** 4)), 2);
    assert.equal(ndiffs(Array.from({ length: 60 }, (_, t) => t * t), { maxD: 1 }), 1);
  });
  it("refuses infinite values and options out of range, naming them", () => {
    assert.throws(() => ndiffs([1, Infinity]), /Infinity at position 1/);
    assert.throws(() => ndiffs([1, 2], { alpha: 0 }), RangeError);
    assert.throws(() => ndiffs([1, 2], { maxD: -1 }), /maxD is -1/);
  });

  const series = referenceSeries();
  const records = ["tests", "m3_tests"].flatMap(
    (name) => reference<readonly Reference<Record<string, number>>[]>(name) ?? [],
  );
  for (const test of ["kpss", "adf", "pp"] as const)
    it.skipIf(series === undefined || records.length === 0)(
      `equals R's on every record by ${test}${records.length === 0 ? ` (${absent})` : ""}`,
      () => {
        const wrong = records.filter(
          ({ id, result }) => ndiffs(series!.get(id)!.values, { test }) !== result[`ndiffs_${test}`],
        );
        assert.deepEqual(
          wrong.map(({ id }) => id),
          [],
        );
      },
    );
});
