import { autoArima } from "./arima/index.ts";
import { drift } from "./drift.ts";
import { holtWinters } from "./holt-winters.ts";
import { mean } from "./mean.ts";
import type { FittedModel } from "./model.ts";
import { naive, snaive } from "./naive.ts";
import { linearModel } from "./regression/linear.ts";
import type { Series } from "./series.ts";

/** Fits a model to a series with so many observations per season. */
export type Fit = (y: Series, period: number) => FittedModel;

/** The methods that can be asked for by one word, with their defaults. */
export const METHODS = {
  "auto-arima": (y, period) => autoArima(y, { period }),
  naive: (y) => naive(y),
  snaive: (y, period) => snaive(y, { period }),
  drift: (y) => drift(y),
  mean: (y) => mean(y),
  "holt-winters": (y, period) => holtWinters(y, { period }),
  linear: (y, period) =>
    linearModel(y, {
      trend: true,
      fourier: period > 1 ? [{ period, harmonics: Math.min(10, Math.floor(period / 2)) }] : [],
    }),
} satisfies Record<string, Fit>;

/** The name of a method. */
export type Method = keyof typeof METHODS;
