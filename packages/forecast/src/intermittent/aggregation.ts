import { checkForecastOptions, type Forecast, type ForecastOptions } from "../model/prediction.ts";
import { simpleSmoothing } from "../smoothing/simple-smoothing.ts";
import type { Series } from "../time/series.ts";
import { checkDemand, demandForecast, relativeSizes } from "./demand.ts";

/** A fitted forecast of intermittent demand by temporal aggregation. It cannot be updated: fit it again. */
export interface AggregationModel {
  readonly kind: "adida" | "imapa";
  readonly formatVersion: 1;
  readonly nobs: number;
  /** The longest blocks of steps that were summed: the mean interval between demands, rounded. */
  readonly blockLength: number;
  /** Demand per step. */
  readonly mean: number;
  /** Share of steps with demand. */
  readonly probability: number;
  /** Quantiles of the sizes, relative to their mean, at 0, 5, …, 100 %. */
  readonly sizes: readonly number[];
}

/**
 * ADIDA, aggregate–disaggregate intermittent demand approach: demand is summed over blocks as long as the mean interval
 * between demands, forecast by simple exponential smoothing of the greatest likelihood, and spread evenly over the
 * block. Steps that fill no whole block are left out at the start. Intervals: see `demandForecast`.
 *
 * @param y - demand per step, not negative; missing values are left out
 * @throws {RangeError} if no value is observed, or one is negative or infinite
 * @see Nikolopoulos, Syntetos, Boylan, Petropoulos & Assimakopoulos (2011), doi:10.1057/jors.2010.32
 */
export function adida(y: Series): AggregationModel {
  return fit("adida", y);
}

/**
 * IMAPA, intermittent multiple aggregation prediction algorithm: the mean of the forecasts of `adida` over every block
 * length from 1 to the mean interval between demands.
 *
 * @param y - as for `adida`
 * @throws {RangeError} as `adida`
 * @see Petropoulos & Kourentzes (2015), "Forecast combinations for intermittent demand", Journal of the Operational
 *   Research Society 66(6), 914–924
 */
export function imapa(y: Series): AggregationModel {
  return fit("imapa", y);
}

function fit(kind: AggregationModel["kind"], y: Series): AggregationModel {
  const demand = checkDemand(y);
  const count = demand.filter((value) => value > 0).length;
  const last = demand.findLastIndex((value) => value > 0);
  const blockLength = count > 0 ? Math.max(1, Math.round((last + 1) / count)) : 1;
  const lengths = kind === "adida" ? [blockLength] : Array.from({ length: blockLength }, (_, i) => i + 1);
  let mean = 0;
  for (const length of lengths) mean += perStep(demand, length) / lengths.length;
  const probability = count / demand.length;
  return {
    kind,
    formatVersion: 1,
    nobs: demand.length,
    blockLength,
    mean: Math.max(0, mean),
    probability,
    sizes: relativeSizes(demand),
  };
}

function perStep(demand: Float64Array, length: number): number {
  const blocks = new Float64Array(Math.floor(demand.length / length));
  const skip = demand.length - blocks.length * length;
  for (let t = skip; t < demand.length; t++) blocks[Math.floor((t - skip) / length)]! += demand[t]!;
  return simpleSmoothing(blocks).level / length;
}

/** Forecasts by temporal aggregation: flat, with the intervals of one step's demand. */
export function forecastAggregation(model: AggregationModel, options: ForecastOptions): Forecast {
  const { h, levels } = checkForecastOptions(options);
  return demandForecast(model, h, levels);
}
