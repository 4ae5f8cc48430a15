import { knownSteps } from "../known-steps.ts";
import { regressors } from "../regressors.ts";
import { NO_AXIS } from "../series-axis.ts";
import { storeSales } from "./store-sales-definition.ts";

/** Sales by a linear model, whose regressors are also what the source states (see `storeSales`). */
export default storeSales({
  regressors,
  known: ({ exports, axis = NO_AXIS, model, horizon }) =>
    knownSteps(exports, axis, { names: model.driven ?? [], horizon }),
});
