import {
  type Accuracy,
  accuracy,
  combinedError,
  explainWeights,
  type FittedModel,
  FOLDS,
  fitted,
  forecast,
  isLearntWeights,
  type LearntWeights,
  learnAcross,
  METHODS,
  priorWeights,
  reweigh,
  type SeriesEvidence,
  sharesOf,
  supports,
  update,
  type WeighedSeries,
  type WeightModel,
  weighedSeries,
  weightEvidence,
} from "@manymodel/forecast";
import { isIntermittent } from "@manymodel/forecast/families";
import { at } from "../../core/aligned.ts";
import type { PlainData } from "../../core/columns/plain-data.ts";
import { findDrivers } from "../../core/drivers.ts";
import { boundSeries } from "../bounded-series.ts";
import { type CompleteContext, defineModel, type FitContext, type LearnContext } from "../define-model.ts";
import { observed } from "../observed.ts";
import { type RegressorColumns, regressorRows, regressors } from "../regressors.ts";
import { NO_AXIS, type SeriesAxis, stepsAfter } from "../series-axis.ts";
import { forecastsAtLag, holdoutMeasures, lagMeasures } from "./at-lag.ts";
import { fitDriven, knownRegressors, predictDriven } from "./driven-fit.ts";
import { drivenInfo } from "./driven-info.ts";
import type { LearnedExports } from "./options.ts";
import { type Metrics, originMetrics } from "./origin-metrics.ts";

/** The evidence of one origin. */
interface OriginEvidence extends SeriesEvidence {
  /** Of each member the errors of forecasts made `train.lag` steps before; left out without a lag. */
  readonly atLag?: readonly (readonly number[])[];
}

/** The members of a partition and their evidence, kept until its weights are learnt. */
interface FittedInfo extends Omit<WeighedSeries, "model"> {
  /** Of each origin, the last one last; null where it allows no fit. */
  readonly evidence: readonly (OriginEvidence | null)[];
}

/**
 * A combination of methods for each partition, whose weights are learnt from the holdouts of all partitions (see `learnAcross`):
 * from the features of each series, for each kind of series by itself, starting from the weights that the forecasting package
 * ships. `fit` fits the members, `learn` learns once, `complete` weighs. The metrics `holdout_*` of a partition are those of weights
 * that were learnt without its fifth of the partitions.
 *
 * With drivers the members model what a regression on them leaves (see `regression`). Intermittent demand has no regressors.
 *
 * `info` has the weights and the features that moved them most, and the effects of regressors.
 */
export default defineModel({
  fit({ data, exports, axis = NO_AXIS }: FitContext<object, LearnedExports>) {
    const { holdout, origins = 1 } = exports;
    const y = data.series(exports.target);
    const xreg = regressorsOf(y, exports, axis);
    const { model, ...members } = fitMembers(y, exports, xreg);
    const evidence = Array.from({ length: holdout > 0 ? origins : 1 }, (_, i) => {
      const end = y.length - (origins - 1 - i) * holdout;
      return holdout > 0 && end >= 2 * holdout ? evidenceAt(y.subarray(0, end), exports, xreg) : null;
    });
    return { model, info: asPlain({ ...members, evidence }) };
  },
  async learn({ partitions }: LearnContext<LearnedExports>): Promise<LearntWeights> {
    const rows: (SeriesEvidence & { part: number })[] = [];
    for await (const { info, seed } of partitions) {
      // Earlier origins measure. What is learnt does not depend on how many there are.
      const last = fromPlain(info).evidence.at(-1);
      if (last !== undefined && last !== null) rows.push({ ...last, part: seed });
    }
    return learnAcross(rows);
  },
  complete(context: CompleteContext<FittedModel, object, LearnedExports>) {
    const { data, exports, axis = NO_AXIS, model, info, learnt, seed } = context;
    const series = fromPlain(info);
    if (!isLearntWeights(learnt)) throw new TypeError("the result of learn has no weights");
    const learned = learnt.groups[series.group];
    const weights = learned?.weights ?? priorWeights(series.group);
    const shares = sharesOf(weights, series);
    const weighed = reweigh(model, shares);
    const y = data.series(exports.target);
    const fold = learned?.folds[seed % FOLDS] ?? weights;
    const { evidence } = series;
    const trials = evidence.map((one, i) => {
      const end = y.length - (evidence.length - 1 - i) * exports.holdout;
      return one === null ? undefined : holdoutMetrics({ data, exports }, y.subarray(0, end), one, fold);
    });
    const { horizon } = exports;
    const { mean } = predictDriven(forecast, weighed, {
      horizon,
      levels: [],
      exports,
      axis: stepsAfter(axis, horizon),
    });
    return {
      model: weighed,
      metrics: { ...inSample(weighed, y, exports, axis), ...originMetrics(trials) },
      ...(mean.length > 0 && { forecast: mean }),
      info: {
        group: series.group,
        weights: Object.fromEntries(series.members.map((name, m) => [name, shares[m] ?? 0])),
        learnt_from: weights.nobs,
        reasons: explainWeights(weights, series.features),
        ...drivenInfo(weighed),
      },
    };
  },
  update({ model, data, exports, axis = NO_AXIS }) {
    const y = observed(data, exports.target);
    return { model: update(model, y, knownRegressors(model, exports, axis, y.length)), steps: y.length };
  },
  predict: ({ model, horizon, levels, exports, axis = NO_AXIS }) =>
    predictDriven(forecast, model, { horizon, levels, exports, axis }),
});

const seasonOf = ({ period, periods }: LearnedExports) => ({ period, ...(periods !== undefined && { periods }) });

/** Returns plain data of what has NaN: null stands for it. */
const asPlain = (info: FittedInfo): object => JSON.parse(JSON.stringify(info));

function fromPlain(info: PlainData): FittedInfo {
  const { evidence, ...members }: FittedInfo = JSON.parse(JSON.stringify(info));
  const numbers = <T>(value: T): T =>
    JSON.parse(JSON.stringify(value), (_, item) => (item === null ? Number.NaN : item));
  return { ...numbers(members), evidence: evidence.map((one) => one && numbers(one)) };
}

/** Returns the regressors of a series; undefined where none are stated, and of intermittent demand. */
function regressorsOf(y: Float64Array, exports: LearnedExports, axis: SeriesAxis): RegressorColumns | undefined {
  return findDrivers(exports) === undefined || isIntermittent(y, exports.period)
    ? undefined
    : regressors(exports, axis);
}

/** Fits the members to a series, or to what a regression on its drivers leaves. */
function fitMembers(y: Float64Array, exports: LearnedExports, xreg: RegressorColumns | undefined): WeighedSeries {
  if (xreg === undefined) return weighedSeries(y, seasonOf(exports));
  const fits: WeighedSeries[] = [];
  const learned = (errors: ArrayLike<number>) => {
    const fit = weighedSeries(Float64Array.from(errors), seasonOf(exports));
    fits.push(fit);
    return fit.model;
  };
  const model = fitDriven({ fits: { learned } }, { ...exports, method: "learned", exports }, y, xreg);
  return { ...at(fits, fits.length - 1), model };
}

/** Returns the evidence of the holdout at the end of a series; null where the values before allow no fit. */
function evidenceAt(
  y: Float64Array,
  exports: LearnedExports,
  xreg: RegressorColumns | undefined,
): OriginEvidence | null {
  const { holdout, lag } = exports;
  const origin = y.length - holdout;
  const values = xreg === undefined ? y : withoutEffects(y, origin, exports, xreg);
  const { models = [], ...evidence } = weightEvidence(values, holdout, seasonOf(exports)) ?? {};
  if (!("group" in evidence)) return null;
  if (lag === undefined || lag > holdout) return evidence;
  const moving = {
    forecast: (model: FittedModel, _: number, h: number) => forecast(model, { h, levels: [] }).mean,
    update: (model: FittedModel, step: number) => update(model, values.subarray(step, step + 1)),
  };
  const actual = values.subarray(origin + lag - 1);
  const atLag = models.map((model) => {
    const mean = model && forecastsAtLag(moving, model, { origin, lag, length: y.length });
    return Array.from(actual, (value, i) => Number((value - (mean?.[i] ?? Number.NaN)).toPrecision(6)));
  });
  return { ...evidence, atLag };
}

/** Returns a series less the effects of its drivers, which are estimated on the values before an origin. */
function withoutEffects(
  y: Float64Array,
  origin: number,
  exports: LearnedExports,
  xreg: RegressorColumns,
): Float64Array {
  const task = { ...exports, method: "mean", exports };
  const before = regressorRows(xreg, 0, origin);
  const { regressors: names, coef, offset = 0 } = fitDriven({ fits: METHODS }, task, y.subarray(0, origin), before);
  return y.map((value, t) =>
    names.reduce((remainder, name, i) => remainder - at(coef, i) * at(xreg[name] ?? [], t), value + offset),
  );
}

/** Returns the accuracy of the one-step forecasts over the series itself. */
function inSample(model: FittedModel, y: Float64Array, exports: LearnedExports, axis: SeriesAxis): Partial<Accuracy> {
  if (!supports(model, "fitted")) return {};
  const expected = fitted(model, y, knownRegressors(model, exports, axis, y.length));
  const comparable = y.map((value, t) => (Number.isNaN(at(expected, t)) ? Number.NaN : value));
  return accuracy(comparable, expected, { training: y, period: exports.period });
}

/**
 * Returns the accuracy over the holdout at the end of a series of the members' forecasts, combined by weights that were learnt
 * without the series.
 */
function holdoutMetrics(
  { data, exports }: Pick<FitContext<object, LearnedExports>, "data" | "exports">,
  y: Float64Array,
  { atLag, ...evidence }: OriginEvidence,
  weights: WeightModel,
): Metrics {
  const { holdout, period, lag } = exports;
  const origin = y.length - holdout;
  /** Returns actual values and forecasts from a step on; a step without an error has no actual value. */
  const pairs = (errors: SeriesEvidence, from: number) => {
    const combined = y.slice(from).map((_, step) => combinedError(errors, weights, step));
    const actual = combined.map((error, step) => at(y, from + step) + 0 * error);
    const mean = combined.map((error, step) => (Number.isNaN(error) ? 0 : at(y, from + step) - error));
    return [actual, boundSeries(mean, data, exports, from)] as const;
  };
  const part = { y, origin, period };
  const whole = holdoutMeasures({ ...part, lag }, ...pairs(evidence, origin));
  if (lag === undefined || atLag === undefined) return { ...whole };
  return { ...whole, ...lagMeasures({ ...part, lag }, ...pairs({ ...evidence, errors: atLag }, origin + lag - 1)) };
}
