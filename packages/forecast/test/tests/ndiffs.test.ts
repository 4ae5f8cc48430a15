import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { ndiffs } from "../../src/tests/ndiffs.ts";
import { sources } from "../unit-root.ts";

const sequence = (n: number, value: (t: number) => number) => Array.from({ length: n }, (_, t) => value(t));

describe("ndiffs", () => {
  it("needs no difference for a constant, a single or no value", () => {
    for (const y of [[5, 5, 5, 5, 5, 5], [5], [], [NaN, NaN], [3, NaN, 3]]) assert.equal(ndiffs(y), 0);
  });
  it("takes one difference of a line and two of a parabola, by default at most two", () => {
    const parabola = sequence(60, (t) => t * t);
    assert.equal(ndiffs(sequence(60, (t) => 3 + 0.1 * t)), 1);
    assert.equal(ndiffs(parabola), 2);
    assert.equal(ndiffs(sequence(60, (t) => t ** 4)), 2);
    assert.equal(ndiffs(parabola, { maxD: 1 }), 1);
    assert.equal(ndiffs(parabola, { maxD: 0 }), 0);
  });
  it("answers for every short series, by each test", () => {
    for (const test of ["kpss", "adf", "pp"] as const)
      for (let n = 1; n < 12; n++) {
        const d = ndiffs(
          sequence(n, (t) => Math.sin(t * t) + t),
          { test },
        );
        assert.ok(d === 0 || d === 1 || d === 2, `${test} ${n}: ${d}`);
      }
  });
  it("refuses infinite values and options out of range, naming them", () => {
    assert.throws(() => ndiffs([1, Infinity]), /Infinity at position 1/);
    assert.throws(() => ndiffs([1, 2], { alpha: 0 }), /alpha is 0/);
    assert.throws(() => ndiffs([1, 2], { maxD: -1 }), /maxD is -1/);
  });
});

describe.each(sources)("ndiffs $name", ({ records, skip }) => {
  it.skipIf(skip).each(["kpss", "adf", "pp"] as const)("equals R's by %s", (test) => {
    const wrong = records.filter(({ values, result }) => ndiffs(values, { test }) !== result[`ndiffs_${test}`]);
    assert.deepEqual(
      wrong.map(({ id }) => id),
      [],
    );
  });
});
