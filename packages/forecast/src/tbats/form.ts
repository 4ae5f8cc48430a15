/** The components of a TBATS or BATS model. */
export interface TbatsForm {
  /** "trigonometric": pairs of rotating states (TBATS). "dummy": an effect for each phase of integer periods (BATS). */
  readonly seasonality: "trigonometric" | "dummy";
  /** Observations per season, ascending; none without a season. */
  readonly periods: readonly number[];
  /** Number of harmonics of each period; for "dummy" seasons all harmonics. */
  readonly harmonics: readonly number[];
  readonly boxCox: boolean;
  readonly trend: boolean;
  /** Only with a trend. */
  readonly damped: boolean;
  /** Orders of the ARMA errors. */
  readonly p: number;
  readonly q: number;
}

/** Smoothing and other parameters. Where the form has none, a list is empty and a number is null. */
export interface TbatsParameters {
  /** Box–Cox exponent. */
  readonly lambda: number | null;
  readonly alpha: number;
  readonly beta: number | null;
  /** Null also for an undamped trend. */
  readonly damping: number | null;
  /** Gains of the season's states: one for each period, or for "trigonometric" one for each half of the pairs. */
  readonly gammaOne: readonly number[];
  readonly gammaTwo: readonly number[];
  readonly ar: readonly number[];
  readonly ma: readonly number[];
}

/** Returns the most harmonics that a period can have: the last one may have half the frequency of the observations. */
export function mostHarmonics(period: number): number {
  return Math.floor(period / 2);
}

/** States of a period's harmonics: two each, of one at half the frequency of the observations only one. */
export function countStates(period: number, harmonics: number): number {
  return 2 * harmonics - (2 * harmonics === period ? 1 : 0);
}

/** A form without a season. */
export const LEVEL: TbatsForm = {
  seasonality: "trigonometric",
  periods: [],
  harmonics: [],
  boxCox: false,
  trend: false,
  damped: false,
  p: 0,
  q: 0,
};

/**
 * Counts the numbers of a form for the AIC: parameters and initial states, those of the ARMA errors (zeros, but R
 * counts them) included.
 */
export function countNumbers({ seasonality, periods, harmonics, boxCox, trend, damped, p, q }: TbatsForm): number {
  const gains = 1 + (trend ? 1 : 0) + (damped ? 1 : 0) + periods.length * (seasonality === "trigonometric" ? 2 : 1);
  const season = periods.reduce(
    (sum, period, i) => sum + (seasonality === "trigonometric" ? countStates(period, harmonics[i]!) : period - 1),
    0,
  );
  return (boxCox ? 1 : 0) + gains + 1 + (trend ? 1 : 0) + season + 2 * (p + q);
}

/** Returns the AICc of a form with an AIC: it charges more for numbers where they are many for the observations. */
export function correctedAic(aic: number, form: TbatsForm, nobs: number): number {
  const k = countNumbers(form) + 1;
  return nobs > k + 1 ? aic + (2 * k * (k + 1)) / (nobs - k - 1) : Infinity;
}

/** Returns the name of a form with its parameters, as R writes it. */
export function tbatsName(form: TbatsForm, { lambda, damping }: TbatsParameters): string {
  const parts = [lambda === null ? "1" : String(Number(lambda.toPrecision(3))), `{${form.p},${form.q}}`];
  parts.push(form.trend ? String(Number((damping ?? 1).toPrecision(3))) : "-");
  const trigonometric = form.seasonality === "trigonometric" && form.periods.length > 0;
  const season = form.periods.map((period, i) => (trigonometric ? `<${period},${form.harmonics[i]}>` : String(period)));
  parts.push(season.length > 0 ? `{${season.join(", ")}}` : "-");
  return `${trigonometric ? "TBATS" : "BATS"}(${parts.join(", ")})`;
}
