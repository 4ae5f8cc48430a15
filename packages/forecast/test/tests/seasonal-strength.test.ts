import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { seasonalStrength } from "../../src/tests/seasonal-strength.ts";
import { sources, withResult } from "../unit-root.ts";

describe("seasonalStrength", () => {
  it("is 1 for a pure season, and 0 without a season, without two of them, and for a constant", () => {
    const season = Array.from({ length: 48 }, (_, t) => t % 4);
    assert.ok(seasonalStrength(season, { period: 4 }) > 1 - 1e-12);
    assert.equal(seasonalStrength(season, { period: 1 }), 0);
    assert.equal(seasonalStrength(season, { period: 24 }), 0);
    assert.equal(seasonalStrength(new Float64Array(48).fill(3), { period: 4 }), 0);
  });
  it("is the same for a shifted and scaled series", () => {
    const y = Float64Array.from({ length: 100 }, (_, t) => (t % 7) + 3 * Math.sin(t * t));
    const expected = seasonalStrength(y, { period: 7 });
    assert.ok(expected > 0 && expected < 1);
    const moved = seasonalStrength(
      y.map((value) => 1e3 - 20 * value),
      { period: 7 },
    );
    assert.ok(Math.abs(moved - expected) < 1e-10);
  });
  it("refuses an infinite value and a period that is not whole, naming it", () => {
    assert.throws(() => seasonalStrength([1, 2, Infinity], { period: 1 }), /Infinity at position 2/);
    assert.throws(() => seasonalStrength([1, 2, 3], { period: 0 }), /period is 0/);
  });
});

describe.each(sources)("seasonalStrength $name", ({ records, skip }) => {
  it.skipIf(skip)("equals R's within 1e-11; where values are missing, within 7e-4 (the fill differs)", () => {
    for (const { id, values, frequency: period, expected } of withResult(records, "seas_strength")) {
      const error = Math.abs(seasonalStrength(values, { period }) - expected);
      assert.ok(error <= (values.some(Number.isNaN) ? 7e-4 : 1e-11), `${id}: off by ${error}`);
    }
  });
});
