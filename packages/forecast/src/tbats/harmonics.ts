import { estimate } from "./estimate.ts";
import { countStates, LEVEL, mostHarmonics, type TbatsForm } from "./form.ts";
import type { Observations } from "./observations.ts";
import { seasonalGains } from "./start.ts";

/** No search starts with more harmonics of a period than this. */
const MOST = 10;
const ALPHAS = [0.02, 0.1, 0.3, 0.7, 1.1];

/**
 * Returns the form without a trend whose harmonics a search starts with: as many of each period as the AIC asks for where the
 * seasons do not change. States in a regression come one after the other, so that one solution with all harmonics tells
 * the sum of squares with any fewer; and a level that adapts fast or slowly, whichever fits best, stands for the trend.
 *
 * @returns undefined if the series is too short for any
 */
export function initialHarmonics(
  observations: Observations,
  seasonality: TbatsForm["seasonality"],
  periods: readonly number[],
  lambda: readonly [number, number],
): TbatsForm | undefined {
  const { nobs } = observations;
  const room = Math.floor((nobs - 10) / (2 * periods.length));
  if (room < 1) return undefined;
  const most = periods.map((period) => Math.min(MOST, mostHarmonics(period), room));
  const form: TbatsForm = { ...LEVEL, seasonality, periods, harmonics: most };
  if (seasonality === "dummy") return form;
  const start = { lambda: null, beta: null, damping: null, ...seasonalGains(form, 0), ar: [], ma: [] };
  const starts = ALPHAS.map((alpha) => ({ ...start, alpha }));
  const fit = estimate(observations, form, starts, { lambda, growth: 0.01, precision: 1, maxSteps: 0 });
  if (fit === undefined) return undefined;
  const { explained, squares } = fit;
  let end = explained.length;
  const harmonics = [...most];
  for (let i = periods.length - 1; i >= 0; i--) {
    let left = squares;
    let change = 0;
    let lowest = 0;
    for (let k = most[i]!; k > 1; k--, end -= 2) {
      const without = left + explained[end - 1]! + explained[end - 2]!;
      change += nobs * Math.log(without / left) - 2 * (countStates(periods[i]!, k) - countStates(periods[i]!, k - 1));
      left = without;
      if (change > lowest) continue;
      lowest = change;
      harmonics[i] = k - 1;
    }
    end -= 2;
  }
  return { ...form, harmonics };
}
