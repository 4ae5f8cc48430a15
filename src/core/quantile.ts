import { ManymodelError, show } from "./errors.ts";

/** The rule for a level of prediction intervals. A number below 1 was meant as a share: 0.95 for 95. */
export const LEVEL_RULE = "a percentage of at least 1 and below 100, such as 95";

/** Returns levels of prediction intervals, checked: ascending, each once. @throws {ManymodelError} `usage` naming a bad one */
export function checkLevels(levels: readonly number[]): number[] {
  for (const level of levels)
    if (!(level >= 1 && level < 100))
      throw new ManymodelError("usage", `level is ${show(level)}; it must be ${LEVEL_RULE}`);
  return ascending(levels);
}

/** Returns quantiles to forecast, checked: ascending, each once. @throws {ManymodelError} `usage` naming a bad one */
export function checkQuantiles(quantiles: readonly number[]): number[] {
  for (const q of quantiles)
    if (!(q > 0 && q < 1))
      throw new ManymodelError("usage", `quantile is ${show(q)}; it must be between 0 and 1, such as 0.9`);
    else if (q !== 0.5 && levelOfQuantile(q) < 1)
      throw new ManymodelError("usage", `quantile is ${show(q)}; within 0.005 of the median, ask for 0.5 itself`);
  return ascending(quantiles);
}

/**
 * Returns the level in percent of the interval that a quantile bounds, |2q - 1| · 100: 0.1 is the lower and 0.9 the
 * upper bound of the 80 % interval. The median is the interval of level 0, whose bounds meet.
 */
export function levelOfQuantile(q: number): number {
  // 2 · 0.9 - 1 is not quite 0.8.
  return Number((100 * Math.abs(2 * q - 1)).toPrecision(12));
}

/** Returns the column of a quantile in a forecast table: `Q_10`, `Q_2.5`. */
export function quantileColumn(q: number): string {
  return `Q_${Number((100 * q).toPrecision(12))}`;
}

/** Returns the levels that a model is asked for where these levels and quantiles are wanted: ascending, each once. */
export function levelsToAsk(levels: readonly number[], quantiles: readonly number[]): number[] {
  return ascending([...levels, ...quantiles.map(levelOfQuantile)]);
}

const ascending = (values: readonly number[]) => [...new Set(values)].sort((a, b) => a - b);
