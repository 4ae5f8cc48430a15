import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { auc, brier, logistic, logLoss, probability } from "../../src/index.ts";

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
  it("says what is wrong", () => {
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
