import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { auc, brier, logistic, logisticContributions, logLoss, probability } from "../../src/index.ts";

const { glm } = JSON.parse(readFileSync(new URL("../fixtures/regression.json", import.meta.url), "utf8"));
const x = { wt: glm.wt, hp: glm.hp };

describe("logistic", () => {
  it("agrees with R's glm to 1e-8", () => {
    const model = logistic(x, glm.am);
    for (let j = 0; j < 3; j++) {
      expect(Math.abs(model.coef[j]! / glm.coef[j] - 1)).toBeLessThan(1e-8);
      expect(Math.abs(model.se[j]! / glm.se[j] - 1)).toBeLessThan(1e-6);
    }
    expect(model.deviance).toBeCloseTo(glm.deviance, 9);
    expect(model.nullDeviance).toBeCloseTo(glm.nullDeviance, 9);
    const p = probability(JSON.parse(JSON.stringify(model)), x);
    for (let t = 0; t < 5; t++) expect(p[t]).toBeCloseTo(glm.fitted[t], 9);
    expect(2 * 32 * logLoss(glm.am, p)).toBeCloseTo(glm.deviance, 9);
  });
  it("separated classes: an error that names ridge, which then fits", () => {
    const z = { x: [1, 2, 3, 4, 5, 6] };
    expect(() => logistic(z, [0, 0, 0, 1, 1, 1])).toThrow("set ridge");
    expect(() => logistic({ x: [1, 2, 3, 3, 4, 5] }, [0, 0, 0, 1, 1, 1])).toThrow("set ridge");
    const model = logistic(z, [0, 0, 0, 1, 1, 1], { ridge: 1 });
    const p = probability(model, z);
    expect(p[5]).toBeGreaterThan(0.8);
    // The penalised likelihood is stationary: Σ (y - p) z = λ b with z in standard deviations.
    const sd = Math.sqrt(35 / 12);
    const score = p.reduce((sum, value, t) => sum + ((t > 2 ? 1 : 0) - value) * ((z.x[t]! - 3.5) / sd), 0);
    expect(score).toBeCloseTo(model.coef[1]! * sd, 7);
  });
  it("weighs rows", () => {
    const z = {
      a: [0.5, 1.2, -0.3, 2.2, 0.1, 1.9, -1.1, 0.7, 1.4, 0.2, -0.6, 1],
      b: [1, 0, 0, 1, 1, 1, 0, 0, 1, 0, 1, 1],
    };
    const y = [0, 0, 1, 1, 0, 1, 0, 1, 1, 0, 0, 1];
    const model = logistic(z, y, { ridge: 1, weights: y.map((value) => (value === 1 ? 3 : 1)) });
    // scikit-learn 1.9.1: StandardScaler, LogisticRegression(C=1, class_weight={0: 1, 1: 3}, tol=1e-12).
    for (const [j, value] of [0.5344682735494705, 1.1950223754318918, -0.4102860086337072].entries())
      expect(model.coef[j]).toBeCloseTo(value, 4);
    // A weight of 2 is a row twice: the likelihood is the same, and without a penalty so is the fit.
    const twice = { a: [...z.a, ...z.a.slice(6)], b: [...z.b, ...z.b.slice(6)] };
    const doubled = logistic(twice, [...y, ...y.slice(6)]);
    const weighted = logistic(z, y, { weights: y.map((_, t) => (t >= 6 ? 2 : 1)) });
    for (const [j, value] of doubled.coef.entries()) expect(weighted.coef[j]).toBeCloseTo(value, 8);
    for (const [j, value] of doubled.se.entries()) expect(weighted.se[j]).toBeCloseTo(value, 6);
    expect(weighted.deviance).toBeCloseTo(doubled.deviance, 9);
    expect(weighted.nullDeviance).toBeCloseTo(doubled.nullDeviance, 9);
    expect(() => logistic(z, y, { weights: [1] })).toThrow("weights has 1 values; there must be 12");
    expect(() => logistic(z, y, { weights: y })).toThrow("weights is 0 at position 0");
  });
  it("explains its log odds by contributions that add up", () => {
    const model = logistic(x, glm.am);
    const { start, values } = logisticContributions(model, x, { wt: 3, hp: 140 });
    for (const [t, p] of probability(model, x).entries()) {
      const score = Object.values(values).reduce((sum, column) => sum + column[t]!, start);
      expect(score).toBeCloseTo(Math.log(p / (1 - p)), 8);
    }
    expect(() => logisticContributions(model, x, { wt: 3 })).toThrow("centre");
  });
  it("names the error", () => {
    expect(() => logistic(x, new Array(32).fill(1))).toThrow("both classes");
    expect(() => logistic({ a: [1, 2] }, [0, 2])).toThrow("the outcome at position 1 is 2");
    expect(() => logistic({ a: [1, 2, 3, 4], b: [2, 4, 6, 8] }, [0, 1, 0, 1])).toThrow("depend on each other");
    expect(() => probability(logistic(x, glm.am), { wt: [1] })).toThrow('regressor "hp"');
  });
});

describe("classification measures, by hand", () => {
  it("log loss, Brier score and AUC with ties", () => {
    expect(logLoss([1, 0], [0.5, 0.25])).toBeCloseTo(-(Math.log(0.5) + Math.log(0.75)) / 2, 12);
    expect(brier([1, 0, NaN], [0.5, 0.25, 1])).toBeCloseTo((0.25 + 0.0625) / 2, 12);
    expect(auc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])).toBe(0.75);
    expect(auc([0, 1, 1], [1, 1, 2])).toBe(0.75);
    expect(auc([1, 1], [0, 1])).toBeNaN();
    expect(() => brier([2], [0.5])).toThrow("position 0 is 2");
  });
});
