import { defineModel } from "manymodel";
import { RandomForestRegression } from "ml-random-forest";
import { encodedRows, learnEncoding, measures, pick, split } from "./rows.js";

/** Returns probabilities: the mean of the trees. */
const probabilities = (forest, rows) => forest.predict(rows);

function train(rows, outcome, seed) {
  const forest = new RandomForestRegression({
    seed,
    nEstimators: 25,
    maxFeatures: 1,
    replacement: true,
    treeOptions: { minNumSamples: 40 },
  });
  forest.train(rows, outcome);
  return forest;
}

export default defineModel({
  scores: "rows",
  fit({ data, exports: { target, features, holdout }, seed }) {
    const learnt = learnEncoding(data, features);
    const rows = encodedRows(learnt, data, features);
    const y = data.numbers(target);
    const { training, held } = split(y, holdout, seed);
    const trial = train(pick(rows, training), pick(y, training), seed);
    return {
      model: { learnt, forest: train(rows, Array.from(y), seed) },
      metrics: measures(pick(y, held), probabilities(trial, pick(rows, held))),
    };
  },
  // The forest is an object of a class: what its toJSON gives is stored, and becomes a forest again.
  load: ({ learnt, forest }) => ({ learnt, forest: RandomForestRegression.load(forest) }),
  predict: ({ model: { learnt, forest }, data, exports: { features } }) => ({
    mean: probabilities(forest, encodedRows(learnt, data, features)),
  }),
});
