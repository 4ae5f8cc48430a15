import { expect, it } from "vitest";
import { multiclassReport } from "../../src/index.ts";

const actual = [0, 2, 1, 1, 0, 2, 2, 1, 0, 1, 2, 0];
const rows = [
  [0.7, 0.2, 0.1],
  [0.1, 0.2, 0.7],
  [0.3, 0.4, 0.3],
  [0.5, 0.3, 0.2],
  [0.4, 0.35, 0.25],
  [0.2, 0.5, 0.3],
  [0.05, 0.15, 0.8],
  [0.2, 0.6, 0.2],
  [0.3, 0.3, 0.4],
  [0.25, 0.6, 0.15],
  [0.3, 0.1, 0.6],
  [0.9, 0.05, 0.05],
];
const probabilities = [0, 1, 2].map((k) => Float64Array.from(rows, (row) => row[k] ?? NaN));

it("measures several classes as scikit-learn 1.9.1 does", () => {
  // log_loss, accuracy_score, roc_auc_score(multi_class="ovr"), f1_score(average="macro"), brier_score_loss(scale_by_half=False)
  const report = multiclassReport(actual, probabilities);
  expect(report.logLoss).toBeCloseTo(0.6682358919061325, 14);
  expect(report.accuracy).toBeCloseTo(0.75, 14);
  expect(report.auc).toBeCloseTo(0.9166666666666666, 14);
  expect(report.f1).toBeCloseTo(0.75, 14);
  expect(report.brier).toBeCloseTo(0.3741666666666666, 14);
});

it("leaves out rows that are not known and classes that nobody has, and refuses what is not a probability", () => {
  const observed = actual.map((code, t) => (t === 3 ? NaN : code));
  expect(multiclassReport(observed, probabilities).accuracy).toBeCloseTo(9 / 11, 14);
  const two = actual.map((code) => (code === 2 ? NaN : code));
  // By hand, pairs of a row of the class and one without: 13.5 of 16 for class 0, 14.5 of 16 for class 1.
  expect(multiclassReport(two, probabilities).auc).toBeCloseTo((13.5 + 14.5) / 32, 14);
  expect(() => multiclassReport([3], [[0.5], [0.5]])).toThrow("the class at position 0 is 3");
  expect(() => multiclassReport([0], [[0.5], [1.5]])).toThrow("the probability of class 1 at position 0 is 1.5");
  expect(() => multiclassReport([0], [[1]])).toThrow("at least 2");
});
