import { type LogisticModel, logistic, logisticContributions, probability } from "@manymodel/forecast/regression";
import { zip } from "../../core/aligned.ts";
import { defineModel, type PredictContext } from "../define-model.ts";
import type { RowExports } from "./options.ts";
import type { Learner } from "./row-estimator.ts";
import { type RowModel, rowDefinition } from "./row-model.ts";

/** A logistic regression, and the means of its columns, beside which scores are explained. */
interface LogisticFit {
  readonly logistic: LogisticModel;
  readonly centre: Readonly<Record<string, number>>;
}

const LEARNER: Learner<LogisticFit> = {
  predicts: "class",
  impute: "mean",
  dropFirst: ({ ridge = 1 }) => ridge === 0,
  fit(x, y, { ridge = 1 }, weights) {
    const centre = Object.entries(x).map(([name, values]) => [name, mean(values)]);
    const fitted = logistic(x, y, { ridge, ...(weights !== undefined && { weights }) });
    return { logistic: fitted, centre: Object.fromEntries(centre) };
  },
  isConstant: () => false,
  predict: ({ logistic }, x) => probability(logistic, x),
  contributions: ({ logistic, centre }, x) => logisticContributions(logistic, x, centre),
  describe: ({ logistic: { names, coef, se, dropped, deviance } }) => ({
    info: {
      coefficients: Object.fromEntries(
        Array.from(zip(names, Array.from(zip(coef, se))), ([name, [coefficient, standardError]]) => [
          name,
          { coefficient, standardError },
        ]),
      ),
      dropped,
    },
    metrics: { deviance },
  }),
};

/** A model as it was stored before features could be categories; `means` stand in for missing features. */
interface EarlierModel {
  readonly kind: "churn";
  readonly formatVersion: 1;
  readonly logistic: LogisticModel;
  readonly means: Readonly<Record<string, number>>;
}

export type ChurnModel = RowModel<LogisticFit> | EarlierModel;

const definition = rowDefinition("churn", LEARNER);

/**
 * A probability for each customer of a segment: logistic regression with a ridge penalty on feature columns, one row a
 * customer (see `rowDefinition`). Missing numbers count as the segment's mean.
 */
export default defineModel<object, RowExports, ChurnModel>({
  ...definition,
  predict(context: PredictContext<ChurnModel, object, RowExports>) {
    const { model } = context;
    return definition.predict?.({ ...context, model: "means" in model ? withEncoding(model) : model }) ?? { mean: [] };
  },
});

/** Returns an earlier model in today's form. */
function withEncoding({ kind, logistic, means }: EarlierModel): RowModel<LogisticFit> {
  const features = Object.entries(means).map(([name, missing]) => ({
    name,
    kind: "number" as const,
    number: { missing, centre: 0, scale: 1 },
  }));
  const encoding = { kind: "encoding", formatVersion: 1, features } as const;
  return { kind, formatVersion: 2, encoding, fitted: { logistic, centre: means } };
}

const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
