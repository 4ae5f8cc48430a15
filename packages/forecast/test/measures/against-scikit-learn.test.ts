import { describe, expect, it } from "vitest";
import {
  accuracy,
  auc,
  averagePrecision,
  brier,
  calibrationError,
  classReport,
  leastCostThreshold,
  logLoss,
  mae,
  r2,
  rmse,
} from "../../src/index.ts";

// Expected values: scikit-learn 1.9.1, sklearn.metrics.
const y = [0, 0, 1, 1, 0, 1, 0, 1, 1, 0, 0, 1];
const p = [0.1, 0.4, 0.35, 0.8, 0.4, 0.9, 0.05, 0.6, 0.4, 0.7, 0.2, 0.55];

describe("measures of rows against scikit-learn", () => {
  it("classes: accuracy, precision, recall, F1", () => {
    const report = classReport(y, p);
    expect(report.accuracy).toBeCloseTo(0.75, 14);
    expect(report.precision).toBeCloseTo(0.8, 14);
    expect(report.recall).toBeCloseTo(0.6666666666666666, 14);
    expect(report.f1).toBeCloseTo(0.7272727272727273, 14);
  });
  it("probabilities: PR-AUC, ROC-AUC, log loss, Brier", () => {
    expect(averagePrecision(y, p)).toBeCloseTo(0.8069444444444444, 13);
    expect(auc(y, p)).toBeCloseTo(0.8055555555555556, 13);
    expect(logLoss(y, p)).toBeCloseTo(0.500725080090332, 13);
    expect(brier(y, p)).toBeCloseTo(0.17145833333333335, 13);
    // Bins of width 0.1, by hand: 0.05, 0.1, 0.2, 0.35 and 0.4 (3), 0.55, 0.6, 0.7, 0.8, 0.9.
    const gaps = [0.05, 0.1, 0.2, 0.65, 0.2, 0.45, 0.4, 0.7, 0.2, 0.1];
    expect(calibrationError(y, p)).toBeCloseTo(gaps.reduce((a, b) => a + b) / 12, 13);
  });
  it("numbers: MAE, RMSE, R²", () => {
    const actual = [3, -0.5, 2, 7, 4.2];
    const predicted = [2.5, 0, 2, 8, 3.9];
    expect(mae(actual, predicted)).toBeCloseTo(0.46, 14);
    expect(rmse(actual, predicted)).toBeCloseTo(0.5639148871948674, 14);
    expect(r2(actual, predicted)).toBeCloseTo(0.9480256276150627, 14);
    expect(r2([1, 1], [1, 2])).toBeNaN();
    expect(accuracy(actual, predicted, { training: actual }).mae).toBeCloseTo(0.46, 14);
  });
  it("the threshold of least cost, by trying all", () => {
    for (const costs of [
      { falsePositive: 1, falseNegative: 1 },
      { falsePositive: 1, falseNegative: 8 },
      { falsePositive: 5, falseNegative: 1 },
    ]) {
      const costOf = (threshold: number) => {
        const { falsePositives, falseNegatives } = classReport(y, p, { threshold });
        return costs.falsePositive * falsePositives + costs.falseNegative * falseNegatives;
      };
      const least = Math.min(...[...p, 1].map(costOf));
      expect(costOf(leastCostThreshold(y, p, costs))).toBe(least);
    }
    // Right probabilities: Elkan's threshold, 1 / (1 + 4).
    expect(leastCostThreshold([], [], { falsePositive: 1, falseNegative: 4 })).toBe(0.2);
    expect(() => leastCostThreshold(y, p, { falsePositive: 0, falseNegative: 0 })).toThrow("not both 0");
  });
});
