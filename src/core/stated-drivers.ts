import type { CalendarDriver, FourierDriver } from "./drivers.ts";

/** A column that drives series, as a configuration states it. */
export type StatedRegressor =
  | string
  | {
      readonly column: string;
      readonly lag?: number | readonly number[] | undefined;
      readonly missing?: number | undefined;
    };

/** Holidays of a country, or days of your own. */
export interface StatedHolidays {
  /** Its code by ISO 3166-1, such as DE. */
  readonly country?: string | undefined;
  /** A state or province, such as BY. */
  readonly region?: string | undefined;
  /** The number of days before each that have an effect of their own; and after. */
  readonly before?: number | undefined;
  readonly after?: number | undefined;
  /** Further days by name, with their dates. */
  readonly days?: { readonly [name: string]: readonly string[] } | undefined;
}

/** The drivers of series, as a configuration or a caller states them. */
export interface StatedDrivers {
  readonly regressors?: readonly StatedRegressor[];
  readonly calendar?: readonly CalendarDriver[];
  readonly holidays?: StatedHolidays;
  readonly fourier?: { readonly [period: string]: number | "auto" };
}

/** Returns the seasons that are stated. */
export function statedFourier(fourier: StatedDrivers["fourier"] = {}): FourierDriver[] {
  return Object.entries(fourier).map(([period, harmonics]) => ({ period: Number(period), harmonics }));
}
