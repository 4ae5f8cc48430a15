import type { Entry } from "./ledger.ts";

/** The errors of overridden forecasts before and after: the forecast value added (Gilliland, 2010) of overrides. */
export interface ValueAdded {
  /** Entries with an override. */
  readonly overridden: number;
  /** The mean absolute error of FORECAST over them; null without any. */
  readonly maeForecast: number | null;
  /** The mean absolute error of FORECAST_FINAL over them; null without any. */
  readonly maeFinal: number | null;
  /** `maeForecast - maeFinal`: above 0 where overrides made forecasts better, in units of the target; null without any. */
  readonly valueAdded: number | null;
}

/** Adds up the errors of forecasts that were overridden. An override that repeats its forecast does not count. */
export class OverrideErrors {
  #overridden = 0;
  #forecast = 0;
  #final = 0;

  add({ actual, forecast, final }: Pick<Entry, "actual" | "forecast" | "final">): void {
    if (final === forecast) return;
    this.#overridden++;
    this.#forecast += Math.abs(actual - forecast);
    this.#final += Math.abs(actual - final);
  }

  get valueAdded(): ValueAdded {
    const overridden = this.#overridden;
    if (overridden === 0) return { overridden, maeForecast: null, maeFinal: null, valueAdded: null };
    const [maeForecast, maeFinal] = [this.#forecast / overridden, this.#final / overridden];
    return { overridden, maeForecast, maeFinal, valueAdded: maeForecast - maeFinal };
  }
}
