import fc from "fast-check";
import { expect, it } from "vitest";
import { pointsAtWidth } from "../../../../src/dashboard/web/charts/points-at-width.ts";

it("keeps the one spike of 5,000 steps", () => {
  const values = Array.from({ length: 5000 }, (_, step) => (step === 3331 ? -269.7 : Math.sin(step / 50)));
  const points = pointsAtWidth(values, 600);
  expect(points).toContainEqual({ step: 3331, value: -269.7 });
  expect(points.length).toBeLessThanOrEqual(2400);
});

it("keeps every value of a line that fits", () => {
  expect(pointsAtWidth([1, null, 3], 1)).toEqual([
    { step: 0, value: 1 },
    { step: 1, value: null },
    { step: 2, value: 3 },
  ]);
});

it("leaves a gap where a column has no values", () => {
  const values = Array.from({ length: 100 }, (_, step) => (step >= 50 && step < 60 ? null : step));
  expect(pointsAtWidth(values, 10).filter(({ value }) => value === null)).toEqual([{ step: 50, value: null }]);
});

it("has the ends and the range of every column, in the order of steps, for any line", () => {
  const line = fc.array(fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })), { maxLength: 400 });
  fc.assert(
    fc.property(line, fc.integer({ min: 1, max: 30 }), (values, columns) => {
      const points = pointsAtWidth(values, columns);
      const steps = points.map(({ step }) => step);
      expect(steps).toEqual([...steps].sort((a, b) => a - b));
      for (let column = 0; column < columns; column++) {
        const from = Math.floor((column * values.length) / columns);
        const to = Math.floor(((column + 1) * values.length) / columns);
        const observed = values.slice(from, to).filter((value) => value !== null);
        const visible = points.flatMap(({ step, value }) =>
          step >= from && step < to && value !== null ? [value] : [],
        );
        expect([Math.min(...visible), Math.max(...visible)]).toEqual([Math.min(...observed), Math.max(...observed)]);
        expect([visible[0], visible.at(-1)]).toEqual([observed[0], observed.at(-1)]);
      }
    }),
  );
});
