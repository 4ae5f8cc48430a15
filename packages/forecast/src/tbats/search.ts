import { chooseArima } from "../arima/auto-arima.ts";
import { type Estimate, estimate } from "./estimate.ts";
import { countNumbers, LEVEL, mostHarmonics, type TbatsForm, type TbatsParameters } from "./form.ts";
import { initialHarmonics } from "./harmonics.ts";
import type { Observations } from "./observations.ts";
import { firstParameters, startFrom } from "./start.ts";

/** The choices of a search. */
export interface Choices {
  readonly lambda: readonly [number, number];
  readonly boxCox: readonly boolean[];
  readonly trend: readonly boolean[];
  readonly damped: readonly boolean[];
  readonly arma: boolean;
  readonly seasonality: TbatsForm["seasonality"];
  readonly periods: readonly number[];
}

/**
 * Forms compete where old observations gain no weight to speak of. The sum of squares falls a little beyond that (it lacks
 * the determinant of a likelihood), for each pair of states by about what an AIC charges for it, so that needless
 * harmonics would come free. Only the form chosen is fitted in the wider region, about R's (modulus 1.01) at n = 100.
 */
const GROWTH = 0.01;
const GROWTH_AT_LAST = 1;
/** Further forms of a family with an AICc so far above the best one's are not tried. */
const HOPELESS = 30;
/** ARMA errors are tried for so many forms at most, and for those within so much of the best AICc. */
const ARMA_FORMS = 2;
const ARMA_REACH = 8;

/**
 * Chooses a form by the AICc (published with the AIC, by which a transform
 * and a trend are found in a handful of values), and in another order: with the seasons and without any, every trend, each also
 * Box–Cox transformed; for the best of them more or fewer harmonics of a period at a time; then ARMA errors, of the order
 * that `autoArima` finds in the errors, with the trend damped or not. Every fit starts from a neighbour's parameters.
 *
 * @see De Livera, Hyndman & Snyder (2011), doi:10.1198/jasa.2011.tm09771, section 3
 */
export function search(observations: Observations, choices: Choices): Estimate {
  const families: TbatsForm[] = [{ ...LEVEL, seasonality: choices.seasonality }];
  if (choices.periods.length > 0) {
    const { seasonality, periods, lambda } = choices;
    const season = initialHarmonics(observations, seasonality, periods, lambda);
    if (season !== undefined) families.unshift(season);
  }
  const tried: Estimate[] = [];
  for (const family of families) tried.push(...searchFamily(observations, choices, family, tried));
  if (tried.length === 0)
    throw new RangeError(
      `the series has ${observations.nobs} observed values, too few for the requested form; leave out its options`,
    );
  const best = least(tried);
  return (
    estimate(observations, best.form, [best.parameters], { ...choices, growth: GROWTH_AT_LAST, precision: 1e-6 }) ??
    best
  );
}

function searchFamily(
  observations: Observations,
  { lambda, boxCox, trend, damped, arma }: Choices,
  family: TbatsForm,
  others: readonly Estimate[],
): Estimate[] {
  const tried: Estimate[] = [];
  const fit = (form: TbatsForm, starts: readonly TbatsParameters[]) => {
    // What has nothing left over to measure its errors by is not a model.
    const room = countNumbers(form) + 2 <= observations.nobs;
    const estimated = room
      ? estimate(observations, form, starts, { lambda, growth: GROWTH, precision: 1e-2 })
      : undefined;
    if (estimated !== undefined) tried.push(estimated);
    return estimated;
  };
  // A damped trend is the easiest to fit, and a start for the others.
  const trends = trend
    .flatMap((one) => (one ? damped.map((also) => ({ trend: true, damped: also })) : [{ trend: false, damped: false }]))
    .sort((a, b) => Number(b.trend) - Number(a.trend) || Number(b.damped) - Number(a.damped));
  for (const transform of boxCox)
    for (const part of trends) {
      // The first trend contains the others: without it a form is as hopeless.
      if (tried.length > 0 && least(tried).aicc > least([...others, ...tried]).aicc + HOPELESS) break;
      const form = { ...family, ...part, boxCox: transform };
      const near = tried.filter((one) => one.form.trend === part.trend && one.form.damped === part.damped);
      const starts = near.length > 0 ? near.map((one) => one.parameters) : firstParameters(form);
      const siblings = tried.filter((one) => one.form.boxCox === transform).map((one) => one.parameters);
      fit(
        form,
        [...starts, ...siblings].flatMap((start) => startFrom(form, start)),
      );
    }
  if (tried.length === 0) return tried;
  for (let i = 0; family.seasonality === "trigonometric" && i < family.periods.length; i++)
    if (climb(i, 1) === 0) climb(i, -1);
  if (arma)
    for (const one of [...tried].sort((a, b) => a.aicc - b.aicc).slice(0, ARMA_FORMS))
      if (one.aicc < least([...others, ...tried]).aicc + ARMA_REACH) addArma(one);
  // What ARMA errors explain, the damping no longer has to, or the other way round.
  const { form, parameters } = least(tried);
  if (form.p + form.q > 0)
    for (const part of trends)
      if (form.trend && part.trend && part.damped !== form.damped) {
        const next = { ...form, ...part };
        fit(next, startFrom(next, parameters));
      }
  return tried;

  /** Changes a period's harmonics while that lowers the AICc. @returns how often it did */
  function climb(i: number, step: 1 | -1): number {
    for (let times = 0; ; times++) {
      const { form, parameters, aicc } = least(tried);
      const harmonics = form.harmonics.map((count, j) => (i === j ? count + step : count));
      if (harmonics[i]! < 1 || harmonics[i]! > mostHarmonics(form.periods[i]!)) return times;
      const next = { ...form, harmonics };
      const candidate = fit(next, startFrom(next, parameters));
      if (candidate === undefined || candidate.aicc >= aicc) return times;
    }
  }

  function addArma({ form, parameters, white }: Estimate): void {
    const { order, coef } = chooseArima(white, undefined, { d: 0, allowMean: false });
    if (order.p + order.q === 0) return;
    const ar = Array.from({ length: order.p }, (_, i) => coef[`ar${i + 1}`]!);
    const ma = Array.from({ length: order.q }, (_, i) => coef[`ma${i + 1}`]!);
    const next = { ...form, p: order.p, q: order.q };
    fit(next, startFrom(next, { ...parameters, ar, ma }));
  }
}

function least(estimates: readonly Estimate[]): Estimate {
  return estimates.reduce((a, b) => (b.aicc < a.aicc ? b : a));
}
