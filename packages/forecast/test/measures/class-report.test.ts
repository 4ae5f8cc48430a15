import { describe, expect, it } from "vitest";
import { averagePrecision, calibrationError, classReport } from "../../src/index.ts";

const actual = [0, 1, 1, 0, 1, 0, 0, 1, NaN, 1];
const probability = [0.1, 0.8, 0.35, 0.4, 0.8, 0.8, 0.2, 0.55, 0.5, 0.45];

describe("measures of classes", () => {
  it("agree with scikit-learn 1.9.1, NaN left out", () => {
    // confusion_matrix, accuracy_score, precision_score, recall_score, f1_score of p >= 0.5; average_precision_score.
    expect(classReport(actual, probability)).toEqual({
      threshold: 0.5,
      truePositives: 3,
      falsePositives: 1,
      trueNegatives: 3,
      falseNegatives: 2,
      accuracy: 2 / 3,
      precision: 0.75,
      recall: 0.6,
      f1: 2 / 3,
    });
    expect(averagePrecision(actual, probability)).toBeCloseTo(0.7195238095238095, 12);
  });
  it("have no share where nothing is counted", () => {
    const report = classReport([0, 0], [0.1, 0.2]);
    expect([report.accuracy, report.precision, report.recall, report.f1]).toEqual([1, NaN, NaN, NaN]);
    expect(averagePrecision([0], [1])).toBeNaN();
  });
  it("measure calibration by bins of equal width", () => {
    // By hand: |0.05 - 0| × ½ in the first bin, |0.95 - 1| × ½ in the last.
    expect(calibrationError([0, 1], [0.05, 0.95])).toBeCloseTo(0.05, 12);
    expect(calibrationError([0, 1], [0.5, 0.5])).toBe(0);
    expect(calibrationError([1, NaN], [1, 0])).toBe(0);
  });
  it("name the error", () => {
    expect(() => classReport([0], [0.5], { threshold: 2 })).toThrow("threshold is 2");
    expect(() => classReport([2], [0.5])).toThrow("position 0 is 2");
    expect(() => calibrationError([1], [0.5], 0)).toThrow("bins");
  });
});
