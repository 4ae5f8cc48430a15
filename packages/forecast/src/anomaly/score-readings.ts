import type { ModelFunctions } from "../model/dispatch.ts";
import type { AnyModel } from "../model/kind.ts";
import { checkOptions } from "../model/options.ts";
import { normalQuantile } from "../stats/distribution.ts";
import { checkSeries, type Series, toFloat64 } from "../time/series.ts";
import type { AnomalyOptions } from "./anomalies.ts";

/** Settings of scoring new readings. */
export interface ReadingsOptions extends AnomalyOptions {
  /** Robust scale of the one-step errors, from `anomalies` on the history; the model's own interval when left out. */
  readonly scale?: number;
  /**
   * Number of anomalies in a row after which the level counts as moved; until then they do not change the model's
   * state; default 3.
   */
  readonly patience?: number;
  /** Number of anomalies in a row before the first reading, as the last call returned it; default 0. */
  readonly run?: number;
}

/** New readings against the forecast made just before each; arrays have the readings' length. */
export interface Readings<M extends AnyModel> {
  /** Positions of the readings outside their band. */
  readonly positions: readonly number[];
  readonly expected: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** Error in standard errors; NaN where the reading is missing. */
  readonly score: Float64Array;
  /**
   * The model moved over the readings, and the number of anomalies in a row at their end. Pass both to the next call.
   */
  readonly model: M;
  readonly run: number;
}

/** Scores readings by the models `M`. */
export type ScoreReadings<M extends AnyModel> = <One extends M>(
  model: One,
  readings: Series,
  options?: ReadingsOptions,
) => Readings<One>;

/**
 * Returns a function that scores each new reading by the one-step forecast interval, then moves the model over it: what a
 * sensor's detector does all day. An anomaly counts as missing in the model's state, so that it does not spoil the next forecasts, until
 * `patience` came in a row. After readings that the model did not take in, the band is wider by the ratio of the model's own intervals.
 *
 * Its arguments are a model of a kind that can be updated, fitted to (or moved to) what came before; the readings in time
 * order, NaN where missing; and options.
 *
 * @throws {RangeError} if a reading is infinite, an option is out of range, or the model's kind cannot be updated
 */
export function scoreReadingsBy<M extends AnyModel>({
  forecast,
  update,
}: Pick<ModelFunctions<M>, "forecast" | "update">): ScoreReadings<M> {
  return (model, readings, options = {}) => {
    checkOptions("scoreReadings", options, { xreg: true, level: true, scale: true, patience: true, run: true });
    const { level = 99.9, scale, patience = 3, xreg } = options;
    if (scale !== undefined && !(scale >= 0 && scale < Infinity))
      throw new RangeError(`scale is ${scale}; it must be a finite number of at least 0`);
    if (!(patience >= 1)) throw new RangeError(`patience is ${patience}; it must be at least 1`);
    const values = toFloat64(readings);
    checkSeries(values, 0);
    const n = values.length;
    const quantile = normalQuantile(0.5 + level / 200);
    const expected = new Float64Array(n);
    const lower = new Float64Array(n);
    const upper = new Float64Array(n);
    const score = new Float64Array(n);
    const positions: number[] = [];
    let { run = 0 } = options;
    let state = model;
    for (let t = 0; t < n; t++) {
      const now =
        xreg &&
        Object.fromEntries(Object.entries(xreg).map(([name, column]) => [name, Array.from(column).slice(t, t + 1)]));
      const next = forecast(state, { h: 1, levels: [level], xreg: now });
      expected[t] = next.mean[0]!;
      lower[t] = next.lower[0]![0]!;
      upper[t] = next.upper[0]![0]!;
      if (scale !== undefined) {
        const first =
          (state.trailing ?? 0) > 0 ? forecast({ ...state, trailing: 0 }, { h: 1, levels: [level], xreg: now }) : next;
        const width = first.upper[0]![0]! - first.lower[0]![0]!;
        const reach = quantile * scale * (width > 0 ? (upper[t]! - lower[t]!) / width : 1);
        lower[t] = expected[t]! - reach;
        upper[t] = expected[t]! + reach;
      }
      const error = values[t]! - expected[t]!;
      const unit = (error > 0 ? upper[t]! - expected[t]! : expected[t]! - lower[t]!) / quantile;
      score[t] = error === 0 ? 0 : error / unit;
      const outside = values[t]! < lower[t]! || values[t]! > upper[t]!;
      if (outside) positions.push(t);
      if (!Number.isNaN(values[t]!)) run = outside ? run + 1 : 0;
      state = update(state, [outside && run < patience ? NaN : values[t]!], { xreg: now });
    }
    return { positions, expected, lower, upper, score, model: state, run };
  };
}
