import { fitObserved } from "../model/missing-ends.ts";
import { checkOptions } from "../model/options.ts";
import { isConstant } from "../stats/constant.ts";
import { checkPeriod, checkSeries, type Series } from "../time/series.ts";
import type { CesModel, CesSeasonality, CesState } from "./ces-model.ts";
import { estimate, firstGuess } from "./estimate.ts";
import { gainsOf, run, settle, startMoving } from "./recursion.ts";

/** Settings of `ces`. */
export interface CesOptions {
  /** Observations per season; default 1. */
  readonly period?: number;
  /**
   * The season: "none"; "simple", a complex level for each phase; "partial", a level and real seasonal effects; "full",
   * a level and complex seasonal effects; or "auto", the form of least AICc among them; default "auto".
   */
  readonly seasonality?: CesSeasonality | "auto";
}

const ALL: readonly CesSeasonality[] = ["none", "simple", "partial", "full"];

/** Smoothing parameters of each form. */
const PARAMETERS: Readonly<Record<CesSeasonality, number>> = { none: 2, simple: 2, partial: 3, full: 4 };

/**
 * Fits complex exponential smoothing (CES): one complex state with one complex smoothing parameter. The real part is
 * the level, and the imaginary part is its information potential: the part that the level leaves unexplained. The model
 * slides between stationary and trending series without a choice of trend. Smoothing parameters minimise the sum of
 * squared one-step errors within the stable region. Free-running states may grow by at most a factor of e over the
 * series, or over two seasons if these are longer. Initial states are backcast and do not count as parameters in the
 * AICc.
 *
 * At a missing value (NaN) the states move on without an error. A constant series gets alpha 1.3 + i without a season,
 * and the forecasts repeat the constant. "auto" tries seasonal forms if the series has at least two seasons and three
 * observations.
 *
 * @param y - observations
 * @returns a model for `forecast`, `fitted`, `update` and `simulate`
 * @throws {RangeError} if fewer than 5 values are observed, a value is infinite, an option is not allowed, or the
 *   series is too short for the requested season
 * @see Svetunkov, Kourentzes & Ord (2022), doi:10.1002/nav.22074
 */
export function ces(y: Series, options: CesOptions = {}): CesModel {
  checkOptions("ces", options, { period: true, seasonality: true });
  const { period = 1, seasonality = "auto" } = options;
  checkPeriod(period);
  if (seasonality !== "auto" && !ALL.includes(seasonality))
    throw new RangeError(`seasonality is ${JSON.stringify(seasonality)}; it must be "auto", ${ALL.join(", ")}`);
  return fitObserved(y, (observed) => fit(observed, period, seasonality));
}

function fit(values: Float64Array, period: number, seasonality: CesSeasonality | "auto"): CesModel {
  const nobs = checkSeries(values, 5);
  const seasonal = period > 1 && values.length >= 2 * period + 3;
  if (seasonality !== "auto" && seasonality !== "none" && !seasonal)
    throw new RangeError(
      period === 1
        ? `seasonality is ${seasonality} but period is 1; a season needs a period of at least 2`
        : `the series has ${values.length} values; seasonality ${seasonality} with period ${period} needs at least ${2 * period + 3}`,
    );
  if (isConstant(values)) {
    const guess = firstGuess(values, "none", 1);
    return assemble(values, "none", 1, { x: [1.3, 1], initial: guess }, nobs);
  }
  const forms =
    seasonality !== "auto"
      ? [seasonality]
      : seasonal
        ? ALL.filter((form) => nobs > PARAMETERS[form] + 2)
        : ALL.slice(0, 1);
  const estimates = estimate(values, forms, period);
  return forms
    .map((form, i) => {
      const { x, initial } = estimates[i]!;
      return assemble(values, form, form === "none" ? 1 : period, { x: Array.from(x), initial }, nobs);
    })
    .reduce((a, b) => ((b.aicc ?? Infinity) < (a.aicc ?? Infinity) ? b : a));
}

function assemble(
  y: Float64Array,
  seasonality: CesSeasonality,
  period: number,
  { x, initial }: { readonly x: readonly number[]; readonly initial: CesState },
  nobs: number,
): CesModel {
  const moving = startMoving(initial);
  const squares = run(gainsOf(seasonality, x), moving, y);
  const parameters = PARAMETERS[seasonality];
  const scale = y.reduce((most, value) => (value === value ? Math.max(most, Math.abs(value)) : most), 0) || 1;
  const variance = Math.max(squares / nobs, (1e-10 * scale) ** 2, 1e-300);
  const loglik = (-nobs / 2) * (Math.log(2 * Math.PI * variance) + 1);
  const k = parameters + 1;
  return {
    kind: "ces",
    formatVersion: 1,
    seasonality,
    period,
    nobs,
    alpha: x.slice(0, 2),
    beta: x.slice(2),
    initial,
    state: settle(moving, period),
    sigma2: squares / (nobs - parameters),
    loglik,
    aicc: nobs > k + 1 ? -2 * loglik + 2 * k + (2 * k * (k + 1)) / (nobs - k - 1) : null,
  };
}
