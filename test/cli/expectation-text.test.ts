import { expect, it } from "vitest";
import { expectationText } from "../../src/cli/expectation-text.ts";

const expectation = { partitions: 40, chosen: 0.21, expected: 0.24, alone: { run: "screen", expected: 0.25 } };

it("says the value that chose, and the one that did not", () => {
  expect(expectationText("holdout_wape", { ...expectation, by: "last-origin" })).toEqual([
    "wape of 40 partitions at the origins that chose: 0.2100; at the last, which did not: 0.2400. screen alone: 0.2500.",
    "Expect 0.2400 of new observations.",
  ]);
});

it("says between which values the truth lies where one holdout did both", () => {
  expect(expectationText("holdout_mase", { ...expectation, by: "chance", alone: null })).toEqual([
    "mase of 40 partitions on the holdout that chose them: 0.2100, which flatters them.",
    "Expect between 0.2100 and 0.2400, the value if chance made the choice. Measure it with train.origins: 2 or more.",
  ]);
});

it("names the run that is better without choosing, in the direction of the metric", () => {
  const last = (metric: string, expected: number) =>
    expectationText(metric, { ...expectation, expected, by: "last-origin" }).at(1);
  expect(last("holdout_wape", 0.26)).toBe(
    "Expect 0.2600 of new observations. Choosing by partition did not pay: register screen.",
  );
  expect(last("holdout_auc", 0.26)).toBe("Expect 0.2600 of new observations.");
});
