import { defineModel } from "manymodel";
import { boostedTrees, encode, predictBoosted } from "manymodel/forecast";
import { featuresOf, learnEncoding, measures, pick, split } from "./rows.js";

const OPTIONS = { loss: "logistic", rounds: 40, leaves: 5 };

export default defineModel({
  scores: "rows",
  fit({ data, exports: { target, features, holdout }, seed }) {
    const learnt = learnEncoding(data, features);
    const x = encode(learnt, featuresOf(data, features));
    const y = data.numbers(target);
    const some = (rows) => Object.fromEntries(Object.entries(x).map(([name, values]) => [name, pick(values, rows)]));
    const { training, held } = split(y, holdout, seed);
    const trial = boostedTrees(some(training), pick(y, training), OPTIONS);
    return {
      // Models of manymodel/forecast are plain data: they are stored as they are.
      model: { learnt, trees: boostedTrees(x, y, OPTIONS) },
      metrics: measures(pick(y, held), predictBoosted(trial, some(held))),
    };
  },
  predict: ({ model: { learnt, trees }, data, exports: { features } }) => ({
    mean: predictBoosted(trees, encode(learnt, featuresOf(data, features))),
  }),
});
