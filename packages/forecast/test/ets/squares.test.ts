import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EtsForm } from "../../src/ets/form.ts";
import { plainSquares, SEASON } from "../../src/ets/squares.ts";
import { normal, random } from "../../src/index.ts";

const PERIOD = 4;
const forms: EtsForm[] = [];
for (const error of ["A", "M"] as const)
  for (const trend of ["N", "A", "M"] as const)
    for (const season of ["N", "A", "M"] as const) forms.push({ error, trend, damped: trend !== "N", season });

describe("the likelihood as a sum of squares", () => {
  const uniform = random(3);
  const y = Float64Array.from({ length: 40 }, (_, t) =>
    t === 17 ? NaN : 100 + t + 8 * Math.sin((Math.PI * t) / 2 + 0.4) + 3 * normal(uniform),
  );
  it.each(forms.map((form) => [`${form.error}${form.trend}${form.season}`, form] as const))(
    "%s: its gradient is that of finite differences, missing value and all",
    (_, form) => {
      const squares = plainSquares(form, y, PERIOD);
      const { size } = squares;
      fc.assert(
        fc.property(
          fc.double({ min: 0.05, max: 0.9, noNaN: true }),
          fc.double({ min: 0.05, max: 0.5, noNaN: true }),
          fc.double({ min: 0.05, max: 0.9, noNaN: true }),
          fc.double({ min: 0.8, max: 0.98, noNaN: true }),
          (alpha, share, gammaShare, phi) => {
            const slope = form.trend === "M" ? 1.01 : 1;
            const effects = form.season === "M" ? [1.05, 1.02, 0.96] : form.season === "A" ? [5, 2, -4] : [];
            const x = Float64Array.from([alpha, share * alpha, gammaShare * (1 - alpha), phi, 100, slope, ...effects]);
            const A = new Float64Array(size * size);
            const g = new Float64Array(size);
            const active = Int32Array.from({ length: size }, (_, i) => i);
            const value = squares.normal(x, A, g, active);
            expect(Math.abs(squares.value(x) - value)).toBeLessThan(1e-10 * value);
            const few = Int32Array.from(active.filter((i) => i % 2 === 0));
            const fewA = new Float64Array(size * size);
            const fewG = new Float64Array(size);
            expect(squares.normal(x, fewA, fewG, few)).toBe(value);
            for (const i of few) {
              expect(Math.abs(fewG[i]! - g[i]!)).toBeLessThanOrEqual(1e-12 * Math.abs(g[i]!));
              for (const j of few)
                expect(Math.abs(fewA[i * size + j]! - A[i * size + j]!)).toBeLessThanOrEqual(
                  1e-12 * Math.abs(A[i * size + j]!),
                );
            }
            for (let i = 0; i < size; i++) {
              if (form.season === "N" && i >= SEASON) continue;
              const step = 1e-5 * Math.max(1e-2, Math.abs(x[i]!));
              const there = (d: number) => squares.value(x.map((v, j) => (j === i ? v + d : v)));
              const slopeThere = (there(step) - there(-step)) / (2 * step);
              const allowance = 1e-6 * Math.sqrt(A[i * size + i]! * value) + (1e-11 * value) / step;
              expect(Math.abs(2 * g[i]! - slopeThere), `unknown ${i}`).toBeLessThan(allowance);
            }
          },
        ),
        { numRuns: 20 },
      );
    },
  );
});
