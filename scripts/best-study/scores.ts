import { type Forecast, intervalScore, mase, pinball, rmsse, smape } from "../../packages/forecast/src/index.ts";
import type { StudySeries } from "./series.ts";

/** The scores of a forecast of one series. */
export interface Scores {
  readonly smape: number;
  readonly mase: number;
  readonly rmsse: number;
  /** Twice the mean pinball loss at 2.5, 10, 50, 90 and 97.5 %, in units of the MASE. */
  readonly pinball: number;
  /** Mean interval score of 95 %, in units of the MASE. */
  readonly msis: number;
  /** Share of the values inside the 95 % interval. */
  readonly coverage: number;
}

/** Returns the scores of a forecast with levels of 80 and 95 %; NaN where a scale is 0. */
export function scoresOf({ training, actual, period }: StudySeries, { mean, levels, lower, upper }: Forecast): Scores {
  const quantiles: readonly (readonly [number, Float64Array])[] = levels.flatMap((level, l) => [
    [(100 - level) / 200, lower[l]!] as const,
    [(100 + level) / 200, upper[l]!] as const,
  ]);
  const at95 = levels.indexOf(95);
  // The MASE of a forecast that is wrong by 1 everywhere is 1 / scale.
  const perUnit = mase(
    actual,
    actual.map((value) => value + 1),
    training,
    period,
  );
  const losses = [[0.5, mean] as const, ...quantiles].map(([p, values]) => pinball(actual, values, p));
  const observed = Array.from(actual, (_, j) => j).filter((j) => !Number.isNaN(actual[j]!));
  const inside = observed.filter((j) => actual[j]! >= lower[at95]![j]! && actual[j]! <= upper[at95]![j]!);
  return {
    smape: smape(actual, mean),
    mase: mase(actual, mean, training, period),
    rmsse: rmsse(actual, mean, training, period),
    pinball: (2 * perUnit * losses.reduce((sum, loss) => sum + loss, 0)) / losses.length,
    msis: perUnit * intervalScore(actual, lower[at95]!, upper[at95]!, 95),
    coverage: inside.length / observed.length,
  };
}
