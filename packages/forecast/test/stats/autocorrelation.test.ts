import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { acf, pacf } from "../../src/stats/autocorrelation.ts";
import { normal, random } from "../../src/stats/random.ts";
import { distance } from "../unit-root.ts";

describe("acf", () => {
  it("divides by n at every lag, worked by hand", () => {
    assert.ok(distance(acf([1, 2, 3, 2], { maxLag: 3 }), [1, 0, -0.5, 0]) < 1e-15);
  });
  it("goes to lag ⌊10 log₁₀ n⌋ by default, below n", () => {
    assert.equal(acf(Array.from({ length: 100 }, (_, t) => t)).length, 21);
    assert.equal(acf([1, 2, 4]).length, 3);
  });
  it("divides by pairs and lag where values are missing", () => {
    // Mean 2; deviations -1, NaN, 1, 0: variance 2/3; lag 1: one pair, 0; lag 2: one pair, -1 / 3.
    assert.ok(distance(acf([1, NaN, 3, 2], { maxLag: 2 }), [1, 0, -0.5]) < 1e-15);
  });
  it("is NaN for a constant and refuses a lag out of range, naming it", () => {
    assert.ok(acf([2, 2, 2]).every(Number.isNaN));
    assert.throws(() => acf([1, 2, 3], { maxLag: 3 }), /maxLag is 3/);
    assert.throws(() => acf([]), RangeError);
  });
});

describe("pacf", () => {
  it("solves the Yule–Walker equations of each order", () => {
    const y = Array.from({ length: 80 }, (_, t) => Math.sin(t * t) + Math.cos(t / 3));
    const rho = acf(y, { maxLag: 2 });
    const expected = [rho[1]!, (rho[2]! - rho[1]! ** 2) / (1 - rho[1]! ** 2)];
    assert.ok(distance(pacf(y, { maxLag: 2 }), expected) < 1e-14);
  });
  it("cuts off after the order of an autoregression", () => {
    const next = random(3);
    const y = new Float64Array(4000);
    for (let t = 2; t < y.length; t++) y[t] = 0.5 * y[t - 1]! + 0.3 * y[t - 2]! + normal(next);
    const [, second, ...rest] = pacf(y, { maxLag: 8 });
    assert.ok(Math.abs(second! - 0.3) < 0.05);
    assert.ok(rest.every((value) => Math.abs(value) < 0.05));
  });
  it("refuses a lag below 1, naming it", () => {
    assert.throws(() => pacf([1, 2, 3], { maxLag: 0 }), /maxLag is 0/);
  });
});
