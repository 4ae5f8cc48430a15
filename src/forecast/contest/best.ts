import { combine } from "../combination.ts";
import { type FittedModel, forecast } from "../model.ts";
import { checkPeriod, checkSeries, type Series, toFloat64 } from "../series.ts";
import { isIntermittent } from "./demand.ts";

/** The members for a series with demand in most steps. */
const CONTINUOUS = ["auto-arima", "ets", "dynamic-theta", "ces"];
const INTERMITTENT = ["sba", "tsb", "imapa"];

export function best(
  y: Series,
  options: {
    period: number;
    methods: Readonly<Record<string, (y: Float64Array, period: number) => FittedModel>>;
    members?: readonly string[];
  },
): FittedModel {
  const { period, methods } = options;
  checkPeriod(period);
  const series = toFloat64(y);
  checkSeries(series);
  const names = options.members ?? (isIntermittent(series) ? INTERMITTENT : CONTINUOUS);
  const models: FittedModel[] = [];
  for (const name of names) {
    const fit = methods[name];
    if (fit === undefined) continue;
    try {
      const model = fit(series, period);
      if (forecast(model, { h: 1 }).mean.every(Number.isFinite)) models.push(model);
    } catch {}
  }
  return combine(models, "median");
}
