export { type ArimaOptions, arima } from "./arima.ts";
export type { ArimaModel, ArimaState } from "./arima-model.ts";
export { type AutoArimaOptions, autoArima } from "./auto-arima.ts";
export type { ArimaMethod } from "./estimate.ts";
export type { Regressors } from "./regressors.ts";
