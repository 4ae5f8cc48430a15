import { best } from "../contest/best.ts";
import { COMPOSED } from "../contest/composed.ts";
import { ARIMA, type Fit, SIMPLE, SMOOTHING, TBATS } from "./families.ts";

/** The methods of one model each. */
const SINGLE = { ...ARIMA.fits, ...SMOOTHING.fits, ...TBATS.fits, ...SIMPLE.fits };

/** The members of combinations: methods, and some with settings of their own. */
export const MEMBERS = { ...SINGLE, ...COMPOSED };

/** The methods by name, with their defaults. */
export const METHODS = {
  ...SINGLE,
  best: (y, period, periods?) => best(y, { period, ...(periods && { periods }), methods: MEMBERS }),
} satisfies Record<string, Fit>;

/** The name of a method. */
export type Method = keyof typeof METHODS;
