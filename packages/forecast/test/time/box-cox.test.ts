import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { boxCox, boxCoxLambda, invBoxCox } from "../../src/time/box-cox.ts";
import { distance, sources, withResult } from "../unit-root.ts";

describe("boxCox and invBoxCox", () => {
  const y = [0.5, 1, 2, 10, 300];
  it("are each other's inverse", () => {
    for (const lambda of [-1, -0.3, 0, 0.2, 1, 2])
      assert.ok(distance(invBoxCox(boxCox(y, lambda), lambda), y) < 1e-9, `${lambda}`);
    assert.ok(distance(invBoxCox(boxCox([-4, 0, 4], 0.5), 0.5), [-4, 0, 4]) < 1e-12);
  });
  it("have the values of the definition", () => {
    assert.deepEqual(boxCox([1, 4], 0.5), Float64Array.of(0, 2));
    assert.deepEqual(boxCox([1, 4], 1), Float64Array.of(0, 3));
    assert.deepEqual(boxCox([-1, 0], 1), Float64Array.of(-2, -1));
    assert.equal(boxCox([Math.E], 0)[0], 1);
    assert.ok(Number.isNaN(boxCox([NaN], 0)[0]!));
  });
  it("adjust the bias: exact to second order, as the log-normal mean shows", () => {
    const [median] = invBoxCox([2], 0);
    const [mean] = invBoxCox([2], 0, { variance: 0.01 });
    assert.ok(Math.abs(mean! / median! - Math.exp(0.005)) < 2e-5);
    // λ = ½: y = (z / 2 + 1)², whose mean is exactly (z / 2 + 1)² + σ² / 4.
    assert.ok(Math.abs(invBoxCox([2], 0.5, { variance: [0.8] })[0]! - 4.2) < 1e-12);
    assert.deepEqual(invBoxCox([5], 1, { variance: 3 }), invBoxCox([5], 1));
  });
  it("answer Infinity beyond the limit of a negative λ", () => {
    assert.equal(invBoxCox([2.5], -0.5)[0], Infinity);
    assert.equal(invBoxCox([2.5], -0.5, { variance: 1 })[0], Infinity);
  });
  it("refuse values without a logarithm, a λ that is not finite, and bad variances, naming them", () => {
    assert.throws(() => boxCox([1, 0], 0), /0 at position 1; lambda 0 needs positive values/);
    assert.throws(() => boxCox([1, -2], -1), /-2 at position 1/);
    assert.throws(() => boxCox([1], NaN), /lambda is NaN/);
    assert.throws(() => invBoxCox([1], 0, { variance: [1, 2] }), /1 values but 2 variances/);
    assert.throws(() => invBoxCox([1], 0, { variance: -1 }), /variance is -1/);
  });
});

describe("boxCoxLambda", () => {
  it("is near 0 for a series whose deviation grows with its level, near 1 where it does not", () => {
    const noise = Array.from({ length: 240 }, (_, t) => Math.sin(t * t));
    const grown = noise.map((value, t) => Math.exp(0.02 * t + 0.1 * value));
    const level = noise.map((value, t) => 100 + t + value);
    for (const method of ["guerrero", "loglik"] as const) {
      assert.ok(Math.abs(boxCoxLambda(grown, { period: 12, method })) < 0.1, method);
      assert.ok(Math.abs(boxCoxLambda(level, { period: 12, method }) - 1) < 0.3, method);
    }
  });
  it("is 1 for a constant and for less than two seasons", () => {
    assert.equal(boxCoxLambda([5, 5, 5, 5, 5]), 1);
    assert.equal(boxCoxLambda([1, 2, 3, 4], { period: 4 }), 1);
  });
  it("stays in its bounds, at or above 0 where a value is not positive", () => {
    const y = Array.from({ length: 60 }, (_, t) => Math.exp(t / 5) * (2 + Math.sin(t * t)));
    const bounded = boxCoxLambda(y, { lower: 0.3, upper: 0.6 });
    assert.ok(bounded >= 0.3 && bounded <= 0.6);
    assert.ok(boxCoxLambda([0, ...y]) >= 0);
  });
  it("refuses crossed bounds, and a likelihood of values that are not positive", () => {
    assert.throws(() => boxCoxLambda([1, 2, 3], { lower: 1, upper: 1 }), /lower is 1 and upper 1/);
    assert.throws(() => boxCoxLambda([1, 0, 3, 4], { method: "loglik" }), /0 at position 1/);
    assert.throws(() => boxCoxLambda([1, Infinity]), RangeError);
  });
});

describe.each(sources)("boxCoxLambda $name", ({ records, skip }) => {
  it.skipIf(skip).each(["guerrero", "loglik"] as const)("equals R's within 1e-8 by %s", (method) => {
    for (const { id, values, frequency: period, expected } of withResult(records, `lambda_${method}`)) {
      const error = Math.abs(boxCoxLambda(values, { period, method }) - expected);
      assert.ok(error <= 1e-8, `${id}: off by ${error}`);
    }
  });
});
