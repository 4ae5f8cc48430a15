import { describe, expect, it } from "vitest";
import { learnWeights, type WeightEvidence, weightsFor } from "../../src/contest/learn-weights.ts";
import { normal, random } from "../../src/index.ts";

const series = Array.from({ length: 40 }, (_, i) => i);

/** Errors that depend on two features, by formula. */
const evidence: WeightEvidence = {
  members: ["a", "b", "c"],
  features: ["wave", "saw"],
  x: series.map((i) => [Math.sin(1.7 * i), ((7 * i) % 11) / 11]),
  errors: series.map((i) => [
    [1 + 0.5 * Math.sin(1.7 * i) + 0.1 * ((3 * i) % 5)],
    [1.2 - 0.4 * Math.sin(1.7 * i) + 0.1 * ((5 * i) % 7)],
    [0.8 + (0.6 * ((7 * i) % 11)) / 11 + 0.05 * ((2 * i) % 9)],
  ]),
};

/** Series of two kinds, told apart by a feature with noise: of each kind one member is right. */
function twoKinds(n: number, seed: number): WeightEvidence {
  const next = random(seed);
  const rows = Array.from({ length: n }, () => {
    const kind = next() < 0.5 ? 0 : 1;
    const noise = () => 0.2 * Math.abs(normal(next));
    return { x: [kind + 0.3 * normal(next)], errors: [[0.5 + kind + noise()], [1.5 - kind + noise()]] };
  });
  return {
    members: ["left", "right"],
    features: ["kind"],
    x: rows.map(({ x }) => x),
    errors: rows.map(({ errors }) => errors),
  };
}

describe("learnWeights", () => {
  it("has the coefficients that scipy 1.17 finds for the same objective", () => {
    // scipy.optimize.minimize (BFGS, then Nelder–Mead to 1e-14): 0.9004207701 at these.
    const judged = [
      [0.363519, -0.864236, 0.297288],
      [-0.353327, 0.568164, 0.149935],
      [-0.010193, 0.296071, -0.447223],
    ];
    const { coef, nobs } = learnWeights(evidence, { strength: 2 });
    expect(nobs).toBe(40);
    coef.forEach((row, m) => {
      row.forEach((value, f) => {
        expect(value).toBeCloseTo(judged[m]![f]!, 3);
      });
    });
  });

  it("gives each kind of series the member that is right for it, and the prior's weights where evidence is thin", () => {
    const learnt = learnWeights(twoKinds(400, 1), { strength: 2 });
    expect(weightsFor(learnt, [0])[0]).toBeGreaterThan(0.9);
    expect(weightsFor(learnt, [1])[1]).toBeGreaterThan(0.9);
    const thin = learnWeights(twoKinds(3, 2), { prior: learnt, strength: 100 });
    expect(weightsFor(thin, [0])[0]).toBeCloseTo(weightsFor(learnt, [0])[0]!, 1);
    const equal = learnWeights(twoKinds(3, 2), { strength: 1e6 });
    expect(weightsFor(equal, [0])[0]).toBeCloseTo(0.5, 3);
  });

  it("forecasts new series better than equal weights, by the errors of their combination", () => {
    const learnt = learnWeights(twoKinds(200, 3));
    const later = twoKinds(500, 4);
    const loss = (weights: (x: readonly number[]) => readonly number[]) =>
      later.errors.reduce(
        (sum, row, i) => sum + weights(later.x[i]!).reduce((sum, weight, m) => sum + weight * row[m]![0]!, 0) / 500,
        0,
      );
    expect(loss((x) => weightsFor(learnt, x))).toBeLessThan(0.8 * loss(() => [0.5, 0.5]));
  });

  it("shares the weight between members whose errors cancel", () => {
    // By hand: errors ±1 with a correlation of −1 and equal sizes leave no error at equal weights; a third member has 0.9.
    const opposite: WeightEvidence = {
      members: ["high", "low", "third"],
      features: [],
      x: series.map(() => []),
      errors: series.map((i) => [
        [1, -1, 1, -1].map((sign) => sign * (1 + i / 40)),
        [-1, 1, -1, 1].map((sign) => sign * (1 + i / 40)),
        [0.9, 0.9, 0.9, 0.9],
      ]),
    };
    const weights = weightsFor(learnWeights(opposite, { strength: 0.01 }), []);
    expect(weights[0]).toBeCloseTo(0.5, 1);
    expect(weights[1]).toBeCloseTo(0.5, 1);
    expect(weights[2]).toBeLessThan(0.05);
  });

  it("leaves out features without information, and members that have no error or cannot be fitted", () => {
    const gaps: WeightEvidence = {
      ...evidence,
      errors: evidence.errors.map((row, i) =>
        i === 0 ? [[0], [0], [0]] : i === 1 ? [[1], [NaN], [NaN]] : i === 2 ? [[1], [2], [NaN]] : row,
      ),
      x: evidence.x.map((row, i) => (i === 3 ? [NaN, 0.5] : row)),
    };
    const model = learnWeights(gaps);
    expect(model.nobs).toBe(38);
    expect(model.coef.flat().every(Number.isFinite)).toBe(true);
    const weights = weightsFor(model, [0, 0.5], [true, false, true]);
    expect(weights[1]).toBe(0);
    expect(weights[0]! + weights[2]!).toBeCloseTo(1, 12);
    expect(weightsFor(model, [NaN, NaN])).toEqual(weightsFor(model, model.centres));
  });

  it("is plain data, and the same bits for the same rows", () => {
    const model = learnWeights(evidence);
    expect(learnWeights(evidence)).toEqual(model);
    expect(JSON.parse(JSON.stringify(model))).toEqual(model);
  });

  it("names arguments that are not allowed", () => {
    const prior = learnWeights(evidence);
    expect(() => learnWeights(evidence, { strength: 0 })).toThrow("strength is 0");
    expect(() => learnWeights({ ...evidence, errors: [[[1], [-Infinity], [3]]], x: [[1, 1]] })).toThrow(
      "error 0 of b on series 0 is -Infinity",
    );
    expect(() => learnWeights({ ...evidence, x: evidence.x.slice(1) })).toThrow(
      "x has 39 rows of features and errors 40",
    );
    expect(() => learnWeights({ ...evidence, members: ["a", "b", "d"] }, { prior })).toThrow(
      "prior's members are a, b, c",
    );
    expect(() => weightsFor(prior, [1])).toThrow("x has 1 features; the model needs 2");
    expect(() => weightsFor(prior, [1, 1], [false, false, false])).toThrow("one of them true");
  });
});
