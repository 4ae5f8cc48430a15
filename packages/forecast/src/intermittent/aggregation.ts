import { checkForecastOptions, type Forecast, type ForecastOptions } from "../model/prediction.ts";
import { simpleSmoothing, smoothFromFirst, smoothWith } from "../smoothing/simple-smoothing.ts";
import type { Series } from "../time/series.ts";
import { checkDemand, checkNotNegative, demandForecast, relativeSizes, sizesAfter } from "./demand.ts";

/** Demand summed over blocks of so many steps, smoothed exponentially. */
export interface BlockSmoothing {
  /** Steps per block. */
  readonly length: number;
  readonly alpha: number;
  /** Demand per block before the first and after the last whole block. */
  readonly initial: number;
  readonly level: number;
  /** Demand of the steps since the last whole block. */
  readonly open: number;
}

/** A fitted forecast of intermittent demand by temporal aggregation. */
export interface AggregationModel {
  readonly kind: "adida" | "imapa";
  readonly formatVersion: 1;
  readonly nobs: number;
  /** The length of the longest blocks of steps: the mean interval between demands, rounded. */
  readonly blockLength: number;
  /** Demand per step. */
  readonly mean: number;
  /** Share of steps with demand. */
  readonly probability: number;
  /** Quantiles of the sizes at 0, 5, …, 100 %, relative to their mean. */
  readonly sizes: readonly number[];
  /**
   * The number of observed steps that the model was fitted to; whole blocks end there. Models of an earlier version do
   * not have it.
   */
  readonly fittedTo?: number;
  /** The smoothing of each block length. Models of an earlier version do not have it. */
  readonly blocks?: readonly BlockSmoothing[];
}

/**
 * The smoothing parameters that blocks may have. The few blocks of a series do not tell its likeliest alpha: an unlimited one
 * follows single demands.
 */
const ALPHAS = [0.1, 0.3] as const;

/**
 * Fits ADIDA, the aggregate–disaggregate intermittent demand approach. Demand is summed over blocks as long as the mean
 * interval between demands. The sums are forecast by simple exponential smoothing with the likeliest alpha from 0.1 to
 * 0.3, and each forecast is spread evenly over its block. Steps at the start that do not fill a whole block are left
 * out. New values move the forecast when they fill a block. Intervals: see `demandForecast`.
 *
 * Smoothing starts at the first block. If the mean interval between demands rounds to 1, it starts at the likeliest level.
 *
 * @param y - demand per step, not negative; missing values are left out
 * @throws {RangeError} if no value is observed, or one is negative or infinite
 * @see Nikolopoulos, Syntetos, Boylan, Petropoulos & Assimakopoulos (2011), doi:10.1057/jors.2010.32
 */
export function adida(y: Series): AggregationModel {
  return fit("adida", y);
}

/**
 * Fits IMAPA, the intermittent multiple aggregation prediction algorithm: the mean of the forecasts of `adida` over
 * every block length from 1 to the mean interval between demands.
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
  // With demand at almost every step, a single first value tells less than the likelihood of the whole series.
  const smooth = blockLength > 1 ? smoothFromFirst : smoothWith;
  const blocks = lengths.map((length) => smoothBlocks(demand, length, smooth));
  return {
    kind,
    formatVersion: 1,
    nobs: demand.length,
    blockLength,
    mean: perStep(blocks),
    probability: count / demand.length,
    sizes: relativeSizes(demand),
    fittedTo: demand.length,
    blocks,
  };
}

function smoothBlocks(demand: Float64Array, length: number, smooth: typeof smoothWith): BlockSmoothing {
  const totals = new Float64Array(Math.floor(demand.length / length));
  const skip = demand.length - totals.length * length;
  for (let t = skip; t < demand.length; t++) totals[Math.floor((t - skip) / length)]! += demand[t]!;
  const { alpha, initial, level } = simpleSmoothing(totals, ALPHAS, smooth);
  return { length, alpha, initial, level, open: 0 };
}

/** Returns the mean over the block lengths of demand per step; 0 at least. */
function perStep(blocks: readonly BlockSmoothing[]): number {
  let mean = 0;
  for (const { length, level } of blocks) mean += level / length / blocks.length;
  return Math.max(0, mean);
}

/** Returns one step further: `count` observed steps are in the open block, the new one included. */
function step(block: BlockSmoothing, demand: number, count: number): BlockSmoothing {
  const open = block.open + demand;
  if (count < block.length) return { ...block, open };
  return { ...block, level: block.level + block.alpha * (open - block.level), open: 0 };
}

/** @throws {RangeError} if the model was stored without its blocks */
function stateOf({
  kind,
  fittedTo,
  blocks,
}: AggregationModel): Required<Pick<AggregationModel, "fittedTo" | "blocks">> {
  if (fittedTo === undefined || blocks === undefined)
    throw new RangeError(
      `the ${kind} model has no smoothed blocks, because an earlier version stored none; fit it again to update it`,
    );
  return { fittedTo, blocks };
}

/** Returns whether the model was stored with what updates and one-step forecasts start from. */
export function supportsAggregation({ blocks }: AggregationModel): boolean {
  return blocks !== undefined;
}

/** Forecasts by temporal aggregation: flat, with the intervals of one step's demand. */
export function forecastAggregation(model: AggregationModel, options: ForecastOptions): Forecast {
  const { h, levels } = checkForecastOptions(options);
  return demandForecast(model, h, levels);
}

/**
 * Returns one-step forecasts by temporal aggregation: of each block length by the blocks that are whole before the
 * step, by the initial level before the first.
 */
export function fittedAggregation(model: AggregationModel, y: Float64Array): Float64Array {
  const { fittedTo, blocks: end } = stateOf(model);
  let blocks = end.map((block) => ({ ...block, level: block.initial, open: 0 }));
  let observed = 0;
  return y.map((value) => {
    const expected = perStep(blocks);
    if (Number.isNaN(value)) return expected;
    observed++;
    blocks = blocks.map((block) => {
      const whole = observed - (fittedTo % block.length);
      return whole > 0 ? step(block, value, ((whole - 1) % block.length) + 1) : block;
    });
    return expected;
  });
}

/** Smooths on over the blocks that new values fill. @throws {RangeError} if one is negative */
export function updateAggregation(model: AggregationModel, newY: Float64Array): AggregationModel {
  checkNotNegative(newY);
  const { fittedTo, blocks: start } = stateOf(model);
  let blocks = start;
  let { nobs } = model;
  let count = Math.round(model.probability * nobs);
  for (const value of newY) {
    if (Number.isNaN(value)) continue;
    nobs++;
    if (value > 0) count++;
    blocks = blocks.map((block) => step(block, value, ((nobs - fittedTo - 1) % block.length) + 1));
  }
  const sizes = sizesAfter(model.sizes, newY);
  return { ...model, nobs, mean: perStep(blocks), probability: count / nobs, sizes, blocks };
}
