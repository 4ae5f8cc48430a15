import { defineModel } from "manymodel";
import { encode, encoding, folds, grid, logistic, logLoss, outOfFold, probability, tune } from "manymodel/forecast";
import { featuresOf, measures, pick } from "./rows.js";

const some = (columns, rows) =>
  Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, pick(values, rows)]));

// A recipe, a model, and a grid of what is tuned: for each region anew.
const recipe = (columns, { levels }) => encoding(columns, { levels, scale: true, dropFirst: true });
const model = (x, y, { ridge }) => logistic(x, y, { ridge });
const values = { ridge: [0.1, 1, 10, 100], levels: [1, 50] };

/** Fits the workflow: the recipe and the model learn from the same rows. */
function fitWorkflow(columns, outcome, candidate) {
  const learnt = recipe(columns, candidate);
  return { learnt, fitted: model(encode(learnt, columns), outcome, candidate) };
}
const predictWorkflow = ({ learnt, fitted }, columns) => probability(fitted, encode(learnt, columns));

export default defineModel({
  scores: "rows",
  fit({ data, exports: { target, features }, seed }) {
    const columns = featuresOf(data, features);
    const y = data.numbers(target);
    const resamples = folds(y.length, { k: 5, seed, strata: y });
    const predicted = (candidate) =>
      outOfFold(resamples, (training, holdout) =>
        predictWorkflow(fitWorkflow(some(columns, training), pick(y, training), candidate), some(columns, holdout)),
      );
    const { best, trials } = tune(grid(values), (candidate) => logLoss(y, predicted(candidate)));
    return { model: fitWorkflow(columns, y, best), metrics: measures(y, predicted(best)), info: { best, trials } };
  },
  predict: ({ model, data, exports: { features } }) => ({ mean: predictWorkflow(model, featuresOf(data, features)) }),
});
