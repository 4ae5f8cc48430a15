import assert from "node:assert/strict";
import { it } from "vitest";
import { chiSquareCdf } from "../../src/stats/chi-square.ts";
import { normalQuantile } from "../../src/stats/distribution.ts";

const close = (a: number, b: number) => assert.ok(Math.abs(a - b) <= 1e-12 * Math.abs(b), `${a}, not ${b}`);

it("chiSquareCdf is 1 - e^(-x/2) with two degrees of freedom, in both tails", () => {
  for (const x of [1e-6, 0.1, 1, 5, 20, 200]) {
    close(chiSquareCdf(x, 2), -Math.expm1(-x / 2));
    close(chiSquareCdf(x, 2, "upper"), Math.exp(-x / 2));
  }
});

it("chiSquareCdf of a squared normal quantile is its two-sided probability", () => {
  for (const p of [0.01, 0.05, 0.5, 0.9]) close(chiSquareCdf(normalQuantile(1 - p / 2) ** 2, 1, "upper"), p);
});

it("chiSquareCdf has the upper tail of an even number of degrees of freedom: a Poisson sum", () => {
  for (const df of [4, 10, 60])
    for (const x of [2, 15, 80]) {
      let term = Math.exp(-x / 2);
      let sum = term;
      for (let k = 1; k < df / 2; k++) sum += term *= x / 2 / k;
      close(chiSquareCdf(x, df, "upper"), sum);
    }
});

it("chiSquareCdf is 0 and 1 at the ends, NaN without a distribution", () => {
  assert.equal(chiSquareCdf(0, 3), 0);
  assert.equal(chiSquareCdf(Infinity, 3), 1);
  assert.equal(chiSquareCdf(-1, 3, "upper"), 1);
  assert.ok(Number.isNaN(chiSquareCdf(1, 0)));
  assert.ok(Number.isNaN(chiSquareCdf(NaN, 1)));
});
