import type { AnyModel } from "../model/kind.ts";

/** A fitted (seasonal) ARIMA model, with or without regressors: plain data that survives JSON. */
export interface ArimaModel extends AnyModel {
  readonly kind: "arima";
  readonly formatVersion: 1;
  /** Name of the model, for example "ARIMA(2,1,1)(0,1,0)[12] with drift". */
  readonly method: string;
  readonly order: {
    readonly p: number;
    readonly d: number;
    readonly q: number;
    readonly P: number;
    readonly D: number;
    readonly Q: number;
    /** Observations per season; 1 without a season. */
    readonly period: number;
  };
  /**
   * ar1…, ma1…, sar1…, sma1…, then `intercept` (the series' mean) or `drift` (its change per step), then a coefficient
   * for each regressor, by its name. Moving-average signs: w_t = … + e_t + ma1 e_(t−1) + ….
   */
  readonly coef: Readonly<Record<string, number>>;
  /** Standard errors of `coef`, from the curvature of the likelihood; absent where it could not be computed. */
  readonly se: Readonly<Record<string, number>>;
  /** Variance of the one-step errors: their sum of squares divided by nobs less the number of coefficients. */
  readonly sigma2: number;
  /** Log-likelihood of the differenced, transformed series; 0 for an exact fit. */
  readonly loglik: number;
  readonly aic: number;
  /** Null where it is not defined: nobs exceeds the number of coefficients and sigma2 by less than 2. */
  readonly aicc: number | null;
  readonly bic: number;
  /** Observed values less those lost to differencing. */
  readonly nobs: number;
  /** Method that estimated the coefficients. */
  readonly fit: "CSS-ML" | "ML" | "CSS";
  /** Box–Cox exponent of the model's scale; absent without a transformation. */
  readonly lambda?: number;
  /** True if forecasts are means instead of medians of the original scale. */
  readonly biasAdjust?: boolean;
  /** Names of the regressors, in order; absent without regressors. */
  readonly regressors?: readonly string[];
  /** Time steps seen so far, missing ones included. */
  readonly length: number;
  readonly state: ArimaState;
}

/** State of the filter after the last value. */
export interface ArimaState {
  /** The last d + mD values less their regression part, newest first (of a complete series). */
  readonly last: readonly number[];
  /** Predicted forcings of the next max(p + mP, q + mQ) steps; with a covariance, `last` follows in the same array. */
  readonly a: readonly number[];
  /** Variance of the next error in units of sigma2, 1 once the filter has settled. */
  readonly variance: number;
  /** Gain, direction in which the state's covariance shrinks, and its factor; absent once the filter has settled. */
  readonly gain?: readonly number[];
  readonly shrinking?: readonly number[];
  readonly scale?: number;
  /** Upper triangle of the state's covariance by rows; only after missing values. */
  readonly covariance?: readonly number[];
}

/** Returns quantities every model has from its log-likelihood: aic, aicc and bic, counting sigma2 as a parameter. */
export function informationCriteria(
  loglik: number,
  coefficients: number,
  nobs: number,
): { aic: number; aicc: number; bic: number } {
  const k = coefficients + 1;
  const aic = -2 * loglik + 2 * k;
  return {
    aic,
    aicc: nobs > k + 1 ? aic + (2 * k * (k + 1)) / (nobs - k - 1) : Infinity,
    bic: -2 * loglik + k * Math.log(nobs),
  };
}

/** Returns the name of an ARIMA model, as the literature writes it. */
export function arimaName(
  { p, d, q, P, D, Q, period }: ArimaModel["order"],
  { mean, drift, regressors }: { mean: boolean; drift: boolean; regressors: number },
): string {
  const seasonal = period > 1 && P + D + Q > 0 ? `(${P},${D},${Q})[${period}]` : "";
  const name = `ARIMA(${p},${d},${q})${seasonal}`;
  if (regressors > 0) return `Regression with ${name} errors`;
  if (drift) return `${name} with drift`;
  if (mean) return `${name} with non-zero mean`;
  return d + D === 0 ? `${name} with zero mean` : name;
}
