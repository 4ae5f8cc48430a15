import { autoArima } from "./arima/index.ts";
import { ces } from "./ces/index.ts";
import { best } from "./contest/best.ts";
import { drift } from "./drift.ts";
import { ets } from "./ets/index.ts";
import { holtWinters } from "./holt-winters.ts";
import { adida, croston, imapa, sba, tsb } from "./intermittent/index.ts";
import { mean } from "./mean.ts";
import type { FittedModel } from "./model.ts";
import { naive, snaive } from "./naive.ts";
import { linearModel } from "./regression/linear.ts";
import type { Series } from "./series.ts";
import { stlf } from "./stlf.ts";
import { bats, tbats } from "./tbats/index.ts";
import { dynamicOptimizedTheta, theta } from "./theta/index.ts";
import { seasonalWindowAverage, windowAverage } from "./window-average.ts";

/** Fits a model to a series with so many observations per season. */
export type Fit = (y: Series, period: number) => FittedModel;

/** The methods of one model each. */
const SINGLE = {
  "auto-arima": (y, period) => autoArima(y, { period }),
  ets: (y, period) => ets(y, { period }),
  ces: (y, period) => ces(y, { period }),
  tbats: (y, period) => tbats(y, { periods: period > 1 ? [period] : [] }),
  bats: (y, period) => bats(y, { periods: period > 1 ? [period] : [] }),
  naive: (y) => naive(y),
  snaive: (y, period) => snaive(y, { period }),
  drift: (y) => drift(y),
  mean: (y) => mean(y),
  "holt-winters": (y, period) => holtWinters(y, { period }),
  theta: (y, period) => theta(y, { period }),
  "dynamic-theta": (y, period) => dynamicOptimizedTheta(y, { period }),
  // Without two full seasons there is nothing to decompose.
  stlf: (y, period) => (period > 1 && y.length > 2 * period ? stlf(y, { period }) : ets(y, { period })),
  croston: (y) => croston(y),
  sba: (y) => sba(y),
  tsb: (y) => tsb(y),
  adida: (y) => adida(y),
  imapa: (y) => imapa(y),
  "window-average": (y, period) => windowAverage(y, { window: Math.max(3, period) }),
  "seasonal-window-average": (y, period) => seasonalWindowAverage(y, { period, window: 3 }),
  linear: (y, period) =>
    linearModel(y, {
      trend: true,
      fourier: period > 1 ? [{ period, harmonics: Math.min(10, Math.floor(period / 2)) }] : [],
    }),
} satisfies Record<string, Fit>;

/** The methods that can be asked for by one word, with their defaults. */
export const METHODS = {
  ...SINGLE,
  best: (y, period) => best(y, { period, methods: SINGLE }),
} satisfies Record<string, Fit>;

/** The name of a method. */
export type Method = keyof typeof METHODS;
