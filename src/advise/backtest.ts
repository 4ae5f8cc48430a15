import { accuracy, type DemandClass, type FittedModel, forecast, METHODS } from "@manymodel/forecast";
import { interpolate } from "@manymodel/forecast/time";
import { at, zip } from "../core/aligned.ts";
import { type PooledModel, type PooledSeries, pooledForecast, pooledModel } from "./pooled-model.ts";
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

/** The result of a contest of per-partition models against a pooled one on the same holdouts. */
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

/** Returns the method for series of each kind of demand: cheap, and good enough to stand for models of their own. */
export const ownMethod = (demand: DemandClass | null) =>
  demand === "intermittent" || demand === "lumpy" ? "sba" : "theta";

/** Fits that are not timed: code is compiled while they run. */
const WARM_UP = 3;

/** A series, the part of it before its last `h` values, and its class of demand. */
interface Trial {
  readonly y: Float64Array;
  readonly training: PooledSeries;
  readonly demand: DemandClass | null;
}

/**
 * Forecasts the last `h` values of each series by a model of its own, by the seasonal naive method, and by one linear
 * model fitted to the training parts of all.
 */
export function backtest(
  series: readonly SampledSeries[],
  demand: readonly (DemandClass | null)[],
  { period, h, clock }: { period: number; h: number; clock: () => number },
): Backtest {
  const trials = Array.from(zip(series, demand), ([{ y, origin }, demand]): Trial => {
    const training = { y: y.subarray(0, Math.max(0, y.length - h)), origin };
    return { y, training, demand };
  }).filter(({ training: { y } }) => y.length >= Math.max(2 * h, 4) && observedIn(y) >= 4);
  const began = clock();
  const pooled = pooledModel(
    trials.map(({ training }) => training),
    period,
  );
  const pooledMs = clock() - began;
  const errors: SeriesErrors[] = [];
  let ownMs = 0;
  let ownBytes = 0;
  let fits = 0;
  for (const trial of trials.slice(0, WARM_UP)) forecastAsIs(trial, period, h);
  for (const trial of trials) {
    const before = clock();
    const fitted = forecastAsIs(trial, period, h);
    ownMs += clock() - before;
    if (fitted === undefined) continue;
    fits++;
    ownBytes += JSON.stringify(fitted.model).length;
    const errorsOfOne = compare(trial, fitted.mean, pooled, period, h);
    if (errorsOfOne !== undefined) errors.push(errorsOfOne);
  }
  return {
    errors,
    leftOut: series.length - errors.length,
    ownMs: ownMs / Math.max(1, trials.length),
    ownBytes: ownBytes / Math.max(1, fits),
    pooledMsPerThousand: pooled === undefined ? 0 : (1000 * pooledMs) / pooled.rows,
    pooledRows: pooled?.rows ?? 0,
    pooledCoefficients: pooled?.coef.length ?? 0,
  };
}

const observedIn = (y: Float64Array) => y.reduce((count, value) => count + (Number.isNaN(value) ? 0 : 1), 0);

function forecastAsIs({ training, demand }: Trial, period: number, h: number) {
  try {
    const model: FittedModel = METHODS[ownMethod(demand)](training.y, period);
    return { model, mean: forecast(model, { h }).mean };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function compare(
  { y, training }: Trial,
  mean: Float64Array,
  pooled: PooledModel | undefined,
  period: number,
  h: number,
): SeriesErrors | undefined {
  const actual = y.subarray(y.length - h);
  const together = pooled && pooledForecast(pooled, training, h);
  if (together === undefined) return undefined;
  const filled = interpolate(training.y);
  const season = filled.length >= period ? period : 1;
  const repeated = Float64Array.from({ length: h }, (_, i) => at(filled, filled.length - season + (i % season)));
  const measure = (values: Float64Array) => accuracy(actual, values, { training: training.y, period: season });
  const [a, b, c] = [measure(mean), measure(repeated), measure(together)];
  if (Number.isNaN(a.mae)) return undefined;
  return { own: a.mae, naive: b.mae, pooled: c.mae, ownMase: a.mase, naiveMase: b.mase, pooledMase: c.mase };
}
