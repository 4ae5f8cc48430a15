import { auc, encode, encoding, folds, logLoss } from "manymodel/forecast";

/** Returns the features of a frame by name: numbers, or texts. */
export function featuresOf(data, features) {
  const isText = (name) => data.columns.find((column) => column.name === name)?.type === "string";
  return Object.fromEntries(features.map((name) => [name, isText(name) ? data.strings(name) : data.numbers(name)]));
}

/** Learns how features become numbers: a column for each category, standard scores of numbers. */
export const learnEncoding = (data, features) => encoding(featuresOf(data, features), { scale: true });

/** Returns encoded features as rows of numbers, which most libraries take. */
export function encodedRows(learnt, data, features) {
  const columns = Object.values(encode(learnt, featuresOf(data, features)));
  return Array.from({ length: data.length }, (_, row) => columns.map((column) => column[row]));
}

/** Returns values at some positions. */
export const pick = (values, positions) => positions.map((position) => values[position]);

/** Returns the rows to learn from, and about `holdout` rows to measure by, drawn by the seed. */
export const split = (outcome, holdout, seed) =>
  folds(outcome.length, { k: Math.round(outcome.length / holdout), seed, strata: outcome })[0];

/** Metrics of probabilities for rows that the model has not seen. */
export const measures = (actual, p) => ({ holdout_auc: auc(actual, p), holdout_log_loss: logLoss(actual, p) });
