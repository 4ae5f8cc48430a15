import assert from "node:assert/strict";
import { it } from "vitest";
import { loess, smooth, smoothAt } from "../../src/decompose/loess.ts";
import { distance } from "../unit-root.ts";

const noise = Float64Array.from({ length: 40 }, (_, t) => Math.sin(t * t));

it("loess of degree 1 reproduces a line, also beyond its ends and between jumps", () => {
  const line = noise.map((_, t) => 3 - 0.25 * t);
  for (const [window, jump] of [
    [7, 1],
    [13, 3],
    [101, 11],
  ] as const) {
    const smoother = loess(window, 1, 40, jump);
    const out = new Float64Array(40);
    smooth(smoother, line, 40, undefined, out);
    assert.ok(distance(out, line) < 1e-12);
    assert.ok(Math.abs(smoothAt(smoother, line, 40, undefined, -1) - 3.25) < 1e-12);
    assert.ok(Math.abs(smoothAt(smoother, line, 40, undefined, 40) + 7) < 1e-12);
  }
});

it("loess takes the shortcut in the middle that the weighted fit agrees with", () => {
  const smoother = loess(9, 1, 40, 1);
  const out = new Float64Array(40);
  const weighted = new Float64Array(40);
  smooth(smoother, noise, 40, undefined, out);
  smooth(smoother, noise, 40, new Float64Array(40).fill(0.5), weighted);
  assert.ok(distance(out, weighted) < 1e-14);
});

it("loess keeps the value where all weights are 0, and is NaN beyond", () => {
  const smoother = loess(5, 0, 40, 1);
  const out = new Float64Array(40);
  smooth(smoother, noise, 40, new Float64Array(40), out);
  assert.deepEqual(out, noise);
  assert.ok(Number.isNaN(smoothAt(smoother, noise, 40, new Float64Array(40), -1)));
});
