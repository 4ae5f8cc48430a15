import { best } from "../contest/best.ts";
import { ARIMA, type Fit, SIMPLE, SMOOTHING, TBATS } from "./families.ts";

/** The methods of one model each. */
const SINGLE = { ...ARIMA.fits, ...SMOOTHING.fits, ...TBATS.fits, ...SIMPLE.fits };

/** The methods that can be asked for by one word, with their defaults. */
export const METHODS = {
  ...SINGLE,
  best: (y, period) => best(y, { period, methods: SINGLE }),
} satisfies Record<string, Fit>;

/** The name of a method. */
export type Method = keyof typeof METHODS;
