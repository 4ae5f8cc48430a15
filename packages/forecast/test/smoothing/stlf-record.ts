import { type EtsModel, ets, update } from "../../src/index.ts";

/** R's record of an `stlf` forecast: the form and, in simple.json, the parameters its `ets` ended at. */
export interface StlfRecord {
  readonly ets: string;
  readonly par: { alpha: number; beta?: number; phi?: number; l: number; b?: number };
  readonly forecast: { readonly mean: number[] };
}

/**
 * Returns our model of the seasonally adjusted series with the parameters R ended at: what differs then is not the
 * search.
 */
export function fitAsRecorded({ ets: form, par }: StlfRecord): (adjusted: Float64Array) => EtsModel {
  const { alpha, beta = 0, phi = 1, l, b = 0 } = par;
  const [error, trend] = form.slice(4).split(",");
  return (adjusted) => {
    const free = ets(adjusted, trend === "N" ? { spec: `${error}NN` } : { spec: `${error}AN`, damped: trend === "Ad" });
    const start = { level: l, slope: b, season: [] };
    return update({ ...free, alpha, beta, phi, initial: start, state: start }, adjusted);
  };
}
