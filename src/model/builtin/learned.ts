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
import { at } from "../../core/aligned.ts";
import type { PlainData } from "../../core/columns/plain-data.ts";
import { boundSeries } from "../bounded-series.ts";
import { type CompleteContext, defineModel, type FitContext, type LearnContext } from "../define-model.ts";
import { observed } from "../observed.ts";
import type { LearnedExports } from "./options.ts";

/** Evidence that a partition keeps until its weights are learnt. */
type FittedInfo = Omit<WeighedSeries, "model"> & { readonly evidence: SeriesEvidence | null };

/**
 * A combination of methods for each partition, whose weights are learnt from the holdouts of all partitions (see `learnAcross`):
 * from the features of each series, for each kind of series by itself, starting from the weights that the forecasting package
 * ships. `fit` fits the members, `learn` learns once, `complete` weighs. The metrics `holdout_*` of a partition are those of weights
 * that were learnt without its fifth of the partitions.
 *
 * `info` has the weights and the features that moved them most.
 */
export default defineModel({
  fit({ data, exports }: FitContext<object, LearnedExports>) {
    const { holdout } = exports;
    const y = data.series(exports.target);
    const { model, ...members } = weighedSeries(y, seasonOf(exports));
    const hasHoldout = holdout > 0 && y.length >= 2 * holdout;
    const evidence = hasHoldout ? weightEvidence(y, holdout, seasonOf(exports)) : undefined;
    return { model, info: asPlain({ ...members, evidence: evidence ?? null }) };
  },
  async learn({ partitions }: LearnContext<LearnedExports>): Promise<LearntWeights> {
    const rows: (SeriesEvidence & { part: number })[] = [];
    for await (const { info, seed } of partitions) {
      const { evidence } = fromPlain(info);
      if (evidence !== null) rows.push({ ...evidence, part: seed });
    }
    return learnAcross(rows);
  },
  complete({ data, exports, model, info, learnt, seed }: CompleteContext<FittedModel, object, LearnedExports>) {
    const series = fromPlain(info);
    if (!isLearntWeights(learnt)) throw new TypeError("the result of learn has no weights");
    const learned = learnt.groups[series.group];
    const weights = learned?.weights ?? priorWeights(series.group);
    const shares = sharesOf(weights, series);
    const weighed = reweigh(model, shares);
    const y = data.series(exports.target);
    const fold = learned?.folds[seed % FOLDS] ?? weights;
    return {
      model: weighed,
      metrics: {
        ...inSample(weighed, y, exports.period),
        ...(series.evidence !== null && holdoutMetrics({ data, exports }, series.evidence, fold)),
      },
      forecast: forecast(weighed, { h: exports.horizon, levels: [] }).mean,
      info: {
        group: series.group,
        weights: Object.fromEntries(series.members.map((name, m) => [name, shares[m] ?? 0])),
        learnt_from: weights.nobs,
        reasons: explainWeights(weights, series.features),
      },
    };
  },
  update({ model, data, exports }) {
    const y = observed(data, exports.target);
    return { model: update(model, y), steps: y.length };
  },
  predict: ({ model, horizon, levels }) => forecast(model, { h: horizon, levels }),
});

const seasonOf = ({ period, periods }: LearnedExports) => ({ period, ...(periods !== undefined && { periods }) });

/** Returns the plain data has no NaN: null stands for it. */
const asPlain = (info: FittedInfo): object => JSON.parse(JSON.stringify(info));

function fromPlain(info: PlainData): FittedInfo {
  return JSON.parse(JSON.stringify(info), (key, value) => (value === null && key !== "evidence" ? Number.NaN : value));
}

/** Returns the accuracy of the one-step forecasts over the series itself. */
function inSample(model: FittedModel, y: Float64Array, period: number): Partial<Accuracy> {
  if (!supports(model, "fitted")) return {};
  const expected = fitted(model, y);
  const comparable = y.map((value, t) => (Number.isNaN(at(expected, t)) ? Number.NaN : value));
  return accuracy(comparable, expected, { training: y, period });
}

/**
 * Returns the accuracy over the holdout of the members' forecasts, combined by weights that were learnt without the
 * series.
 */
function holdoutMetrics(
  { data, exports }: Pick<FitContext<object, LearnedExports>, "data" | "exports">,
  evidence: SeriesEvidence,
  weights: WeightModel,
): { readonly [name: string]: number } {
  const { holdout, period } = exports;
  const y = data.series(exports.target);
  const n = y.length - holdout;
  const actual = y.slice(n);
  const combined = actual.map((value, step) => value - combinedError(evidence, weights, step));
  // A step without a value has no error.
  const mean = boundSeries(
    combined.map((value) => (Number.isNaN(value) ? 0 : value)),
    data,
    exports,
    n,
  );
  const measured = accuracy(actual, mean, { training: y.subarray(0, n), period });
  return Object.fromEntries(Object.entries(measured).map(([name, value]) => [`holdout_${name}`, value]));
}
