import { describe, expect, it } from "vitest";
import { encode, encodedFeatures, encoding } from "../../src/index.ts";

const day = (text: string) => Date.parse(text);

describe("encodings of features", () => {
  it("impute and scale as scikit-learn 1.9.1's SimpleImputer and StandardScaler", () => {
    const x = { A: [1, NaN, 4, 7] };
    expect(encode(encoding(x), x).A).toEqual(Float64Array.of(1, 4, 4, 7));
    expect(encode(encoding(x, { impute: "median" }), { A: [NaN] }).A).toEqual(Float64Array.of(4));
    expect(encode(encoding(x, { impute: "none" }), x).A?.[1]).toBeNaN();
    const scaled = encode(encoding(x, { scale: true }), x).A;
    // StandardScaler after the imputer is fitted to known values here: sqrt(6) is their standard deviation.
    for (const [t, value] of [-Math.sqrt(1.5), 0, 0, Math.sqrt(1.5)].entries())
      expect(scaled?.[t]).toBeCloseTo(value, 14);
  });

  it("give a column to each category of the training rows, and none to an unseen one", () => {
    const learnt = encoding({ PLAN: ["pro", "basic", "pro", null], N: [1, 2, 3, 4] });
    const stored = JSON.parse(JSON.stringify(learnt));
    expect(encode(stored, { PLAN: ["pro", "trial", null], N: [5, 6, 7], OTHER: [0, 0, 0] })).toEqual({
      "PLAN=basic": Float64Array.of(0, 0, 0),
      "PLAN=pro": Float64Array.of(1, 0, 0),
      "PLAN missing": Float64Array.of(0, 0, 1),
      N: Float64Array.of(5, 6, 7),
    });
    expect([...encodedFeatures(stored).values()]).toEqual(["PLAN", "PLAN", "PLAN", "N"]);
    const frequent = encoding({ PLAN: ["c", "b", "c", "a", "b", "c"] }, { levels: 2 });
    expect(Object.keys(encode(frequent, { PLAN: ["a"] }))).toEqual(["PLAN=b", "PLAN=c"]);
  });

  it("turn times into days, months and days of the week", () => {
    // 2026-01-05 is a Monday.
    const since = [day("2026-01-05"), day("2026-02-03"), NaN];
    const learnt = encoding({ SINCE: since }, { times: ["SINCE"] });
    const columns = encode(learnt, { SINCE: [day("2026-02-09"), NaN] });
    expect(Object.keys(columns)).toEqual([
      "SINCE",
      "SINCE month=1",
      "SINCE month=2",
      "SINCE dayOfWeek=1",
      "SINCE dayOfWeek=2",
    ]);
    expect(Object.values(columns).map(([first]) => first)).toEqual([20493, 0, 1, 1, 0]);
    expect(Object.values(columns).map(([, missing]) => missing)).toEqual([(20458 + 20487) / 2, 0, 0, 0, 0]);
  });

  it("name the error", () => {
    expect(() => encoding({ A: [NaN] })).toThrow("feature A has no values");
    expect(() => encoding({ A: [null, null] })).toThrow("feature A has no values");
    expect(() => encoding({ A: [1], B: [1, 2] })).toThrow("feature B has 2 values; there must be 1");
    expect(() => encoding({ A: [1, Infinity] })).toThrow("feature A is Infinity at position 1");
    expect(() => encoding({ A: ["x"], "A=x": [1] })).toThrow('two columns are called "A=x"');
    expect(() => encoding({ A: ["x"] }, { times: ["A"] })).toThrow("holds text");
    expect(() => encoding({ A: [1] }, { times: ["B"] })).toThrow('times names "B"');
    const learnt = encoding({ A: [1], B: ["x"] });
    expect(() => encode(learnt, { A: [1] })).toThrow('feature "B"');
    expect(() => encode(learnt, { A: ["1"], B: ["x"] })).toThrow("feature A holds text; it must be a number");
    expect(() => encode(learnt, { A: [1], B: [1] })).toThrow("feature B holds numbers; it must be a category");
  });
});
