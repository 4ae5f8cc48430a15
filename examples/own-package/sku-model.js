import { defineModel } from "manymodel";
import { accuracy } from "manymodel/forecast";
import { fit, predict } from "weekday-median";

export default defineModel({
  fit({ data, exports: { target, period, depth, holdout } }) {
    const y = data.series(target);
    const training = y.subarray(0, y.length - holdout);
    const trial = predict(fit(training, { period, depth }), holdout);
    const { mae, mase } = accuracy(y.subarray(y.length - holdout), trial, { training, period });
    return { model: fit(y, { period, depth }), metrics: { holdout_mae: mae, holdout_mase: mase } };
  },
  predict: ({ model, horizon }) => ({ mean: predict(model, horizon) }),
});
