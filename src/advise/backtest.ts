import { accuracy, type DemandClass, type FittedModel, forecast, METHODS } from "@manymodel/forecast";
import { interpolate } from "@manymodel/forecast/time";
import { type PooledModel, pooledForecast, pooledModel } from "./pooled-model.ts";
import type { SampledSeries } from "./sampled-series.ts";

/** Errors on one series' holdout. */
export interface SeriesErrors {
  /** Mean absolute errors. */
  readonly own: number;
  readonly naive: number;
  readonly pooled: number;
  /** The same as MASE; NaN where the training part repeats exactly. */
  readonly ownMase: number;
  readonly naiveMase: number;
  readonly pooledMase: number;
}

/** What a contest of per-partition models against a pooled one on the same holdouts gave. */
export interface Backtest {
  readonly errors: readonly SeriesErrors[];
  /** Series too short, or on which a method could not be fitted. */
  readonly leftOut: number;
  /** Milliseconds of one fit and forecast of a partition's own model. */
  readonly ownMs: number;
  /** Bytes of JSON of one such model. */
  readonly ownBytes: number;
  /** Milliseconds for a thousand rows of the pooled fit. */
  readonly pooledMsPerThousand: number;
  /** Rows the pooled model learnt from; 0 if there were too few. */
  readonly pooledRows: number;
  readonly pooledCoefficients: number;
}

/** The method for series of each kind of demand: cheap, and good enough to stand for models of their own. */
export const ownMethod = (demand: DemandClass | null) =>
  demand === "intermittent" || demand === "lumpy" ? "sba" : "theta";

/** Fits that are not timed: code is compiled while they run. */
const WARM_UP = 3;

/**
 * Forecasts the last `h` values of each series by a model of its own, by the seasonal naive method, and by one linear
 * model fitted to the training parts of all.
 */
export function backtest(
  series: readonly SampledSeries[],
  demand: readonly (DemandClass | null)[],
  { period, h, clock }: { period: number; h: number; clock: () => number },
): Backtest {
  const training = series.map(({ y, origin }) => ({ y: y.subarray(0, Math.max(0, y.length - h)), origin }));
  const usable = (i: number) => training[i]!.y.length >= Math.max(2 * h, 4) && observedIn(training[i]!.y) >= 4;
  const kept = [...series.keys()].filter(usable);
  const began = clock();
  const pooled = pooledModel(
    kept.map((i) => training[i]!),
    period,
  );
  const pooledMs = clock() - began;
  const errors: SeriesErrors[] = [];
  let ownMs = 0;
  let ownBytes = 0;
  let fits = 0;
  for (const i of kept.slice(0, WARM_UP)) own(training[i]!.y, demand[i]!, period, h);
  for (const i of kept) {
    const before = clock();
    const fitted = own(training[i]!.y, demand[i]!, period, h);
    ownMs += clock() - before;
    if (fitted === undefined) continue;
    fits++;
    ownBytes += JSON.stringify(fitted.model).length;
    const errorsOfOne = compare(series[i]!, training[i]!, fitted.mean, pooled, period, h);
    if (errorsOfOne !== undefined) errors.push(errorsOfOne);
  }
  return {
    errors,
    leftOut: series.length - errors.length,
    ownMs: ownMs / Math.max(1, kept.length),
    ownBytes: ownBytes / Math.max(1, fits),
    pooledMsPerThousand: pooled === undefined ? 0 : (1000 * pooledMs) / pooled.rows,
    pooledRows: pooled?.rows ?? 0,
    pooledCoefficients: pooled?.coef.length ?? 0,
  };
}

const observedIn = (y: Float64Array) => y.reduce((count, value) => count + (Number.isNaN(value) ? 0 : 1), 0);

function own(y: Float64Array, demand: DemandClass | null, period: number, h: number) {
  try {
    const model: FittedModel = METHODS[ownMethod(demand)](y, period);
    return { model, mean: forecast(model, { h }).mean };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function compare(
  { y }: SampledSeries,
  train: { y: Float64Array; origin: number | null },
  mean: Float64Array,
  pooled: PooledModel | undefined,
  period: number,
  h: number,
): SeriesErrors | undefined {
  const actual = y.subarray(y.length - h);
  const together = pooled && pooledForecast(pooled, train, h);
  if (together === undefined) return undefined;
  const filled = interpolate(train.y);
  const season = filled.length >= period ? period : 1;
  const repeated = Float64Array.from({ length: h }, (_, i) => filled[filled.length - season + (i % season)]!);
  const [a, b, c] = [mean, repeated, together].map((values) =>
    accuracy(actual, values, { training: train.y, period: season }),
  );
  if (Number.isNaN(a!.mae)) return undefined;
  return { own: a!.mae, naive: b!.mae, pooled: c!.mae, ownMase: a!.mase, naiveMase: b!.mase, pooledMase: c!.mase };
}
