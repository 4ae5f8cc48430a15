import { describe, expect, it } from "vitest";
import { normal, random } from "../../src/stats/random.ts";
import { createCoordinates } from "../../src/tbats/coordinates.ts";
import { LEVEL, type TbatsForm, type TbatsParameters } from "../../src/tbats/form.ts";
import { observe } from "../../src/tbats/observations.ts";
import { createProblem } from "../../src/tbats/problem.ts";
import { seasonalGains } from "../../src/tbats/start.ts";

const uniform = random(11);
const y = Float64Array.from({ length: 120 }, (_, t) =>
  Math.exp(3 + t / 100 + 0.2 * Math.sin((2 * Math.PI * t) / 12) + 0.1 * normal(uniform)),
);
const gaps = y.map((value, t) => (t === 30 || t === 77 ? NaN : value));

const FORMS: readonly [string, TbatsForm][] = [
  ["a level", LEVEL],
  ["a trend", { ...LEVEL, trend: true }],
  ["a damped trend, Box–Cox, ARMA", { ...LEVEL, trend: true, damped: true, boxCox: true, p: 2, q: 1 }],
  ["two periods", { ...LEVEL, periods: [5.5, 12], harmonics: [1, 4], trend: true, damped: true, q: 2 }],
  [
    "a dummy season",
    { ...LEVEL, seasonality: "dummy", periods: [12], harmonics: [6], trend: true, boxCox: true, p: 1 },
  ],
];

function parametersOf(form: TbatsForm): TbatsParameters {
  return {
    lambda: form.boxCox ? 0.3 : null,
    alpha: 0.3,
    beta: form.trend ? 0.02 : null,
    damping: form.damped ? 0.93 : null,
    ...seasonalGains(form, 0.02),
    ar: [0.3, 0.1].slice(0, form.p),
    ma: [0.2, -0.1].slice(0, form.q),
  };
}

describe.each(FORMS)("the least squares of %s", (_, form) => {
  const coordinates = createCoordinates(form, { lambda: [0, 1], slack: 1e-3 });
  const x = coordinates.to(parametersOf(form));
  it("have coordinates that lead back to the parameters", () => {
    const there = coordinates.from(x);
    for (const [key, expected] of Object.entries(parametersOf(form)) as [
      keyof TbatsParameters,
      number | number[] | null,
    ][]) {
      const got = [there[key]].flat();
      [expected].flat().forEach((value, i) => {
        if (value === null) expect(got[i]).toBeNull();
        else expect(got[i] as number).toBeCloseTo(value, 12);
      });
    }
  });
  it.each([
    ["a complete series", y],
    ["a series with gaps", gaps],
  ])("have the derivatives that differences show, of %s", (_name, series) => {
    const nobs = series.filter((value) => !Number.isNaN(value)).length;
    const problem = createProblem(observe(series, nobs), form, coordinates);
    const A = new Float64Array(x.length ** 2);
    const g = new Float64Array(x.length);
    const value = problem.normal(x, A, g);
    expect(value).toBeLessThan(Infinity);
    x.forEach((_at, i) => {
      const step = 1e-5;
      const at = (by: number) => problem.value(x.map((v, j) => (i === j ? v + by : v)));
      const slope = (8 * (at(step) - at(-step)) - (at(2 * step) - at(-2 * step))) / (12 * step);
      expect(Math.abs(2 * g[i]! - slope)).toBeLessThan(1e-5 * Math.max(Math.abs(slope), value));
    });
  });
  it("find the same initial states from rows and column by column", () => {
    const problem = createProblem(observe(y, y.length), form, coordinates);
    const value = problem.value(x);
    // A missing value more after the end changes nothing, but that columns are then run one by one.
    const longer = Float64Array.of(...y, NaN);
    expect(createProblem(observe(longer, y.length), form, coordinates).value(x) / value).toBeCloseTo(1, 9);
  });
});
