import { boostedLearner } from "./boosted-learner.ts";
import { rowDefinition } from "./row-model.ts";

/** A number for each row: gradient boosted trees on feature columns (see `rowDefinition`). */
export default rowDefinition("boosted-regression", boostedLearner("number"));
