import { autoArima } from "./arima/index.ts";
import { best } from "./contest/best.ts";
import { drift } from "./drift.ts";
import { ets } from "./ets/index.ts";
import { holtWinters } from "./holt-winters.ts";
import { mean } from "./mean.ts";
import type { FittedModel } from "./model.ts";
import { naive, snaive } from "./naive.ts";
import type { Series } from "./series.ts";

/** Fits a model to a series with so many observations per season. */
export type Fit = (y: Series, period: number) => FittedModel;

/** The methods of one model each. */
const SINGLE = {
  "auto-arima": (y, period) => autoArima(y, { period }),
  ets: (y, period) => ets(y, { period }),
  naive: (y) => naive(y),
  snaive: (y, period) => snaive(y, { period }),
  drift: (y) => drift(y),
  mean: (y) => mean(y),
  "holt-winters": (y, period) => holtWinters(y, { period }),
} satisfies Record<string, Fit>;

/** The methods that can be asked for by one word, with their defaults. */
export const METHODS = {
  ...SINGLE,
  best: (y, period) => best(y, { period, methods: SINGLE }),
} satisfies Record<string, Fit>;

/** The name of a method. */
export type Method = keyof typeof METHODS;
