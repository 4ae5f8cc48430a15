import { defineModel } from "manymodel";
import { ets, forecast, regression, update } from "manymodel/forecast";
import { findMissing, regressors } from "manymodel/model";

export default defineModel({
  fit({ data, exports, axis }) {
    const y = data.series(exports.target);
    const xreg = regressors(exports, axis);
    const model = regression(y, {
      xreg,
      period: exports.period,
      errors: (remainder) => ets(remainder, { period: exports.period }),
    });
    return { model, info: { effects: model.regressors.map((name, i) => [name, model.coef[i]]) } };
  },
  update({ model, data, exports, axis }) {
    const y = data.series(exports.target);
    return { model: update(model, y, { xreg: regressors(exports, axis, model.regressors) }), steps: y.length };
  },
  predict({ model, horizon, levels, exports, axis }) {
    const xreg = regressors(exports, axis, model.regressors);
    const missing = findMissing(exports, axis, xreg);
    if (missing !== undefined) throw new RangeError(missing.message);
    return forecast(model, { h: horizon, levels, xreg });
  },
});
