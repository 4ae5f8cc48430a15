import { defineModel, type FitContext } from "manymodel";
import { accuracy, forecast, holtWinters } from "manymodel/forecast";

export default defineModel({
  fit({ data, exports }: FitContext<{ unit_id: string }, { horizon: number }>) {
    const y = data.numbers("Y");
    const train = y.subarray(0, y.length - exports.horizon);
    const test = y.subarray(y.length - exports.horizon);
    const trial = forecast(holtWinters(train, { period: 7 }), { h: exports.horizon });
    const { mape, mase } = accuracy(test, trial.mean, { training: train, period: 7 });

    const model = holtWinters(y, { period: 7 });
    return { model, metrics: { holdout_mape: mape, holdout_mase: mase }, forecast: forecast(model, { h: 30 }).mean };
  },
  predict: ({ model, horizon, levels }) => forecast(model, { h: horizon, levels }),
});
