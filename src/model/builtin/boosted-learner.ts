import { type BoostedTrees, boostedContributions, boostedTrees, predictBoosted } from "@manymodel/forecast/regression";
import { zip } from "../../core/aligned.ts";
import type { Learner } from "./row-estimator.ts";

/** Returns boosted trees that predict a class or a number. Missing numbers stay missing: splits send them to a side. */
export function boostedLearner(predicts: "class" | "number"): Learner<BoostedTrees> {
  return {
    predicts,
    impute: "none",
    dropFirst: () => false,
    fit: (x, y, { rounds, rate, leaves, min_rows: minRows, l2 }, weights) =>
      boostedTrees(x, y, {
        loss: predicts === "class" ? "logistic" : "squared",
        ...(rounds !== undefined && { rounds }),
        ...(rate !== undefined && { rate }),
        ...(leaves !== undefined && { leaves }),
        ...(minRows !== undefined && { minRows }),
        ...(l2 !== undefined && { l2 }),
        ...(weights !== undefined && { weights }),
      }),
    isConstant: ({ trees }) => trees.length === 0,
    predict: predictBoosted,
    contributions: boostedContributions,
    describe: ({ names, importance, trees }) => ({
      info: {
        importance: Object.fromEntries(Array.from(zip(names, importance)).sort(([, a], [, b]) => b - a)),
        trees: trees.length,
      },
      metrics: {},
    }),
  };
}
