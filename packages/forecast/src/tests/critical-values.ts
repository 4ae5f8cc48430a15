/** Critical values of a test: the statistic at each level, levels ascending in (0, 1). */
export interface CriticalValues {
  readonly levels: readonly number[];
  readonly values: readonly number[];
}

/** A test's result as plain data. */
export interface TestResult {
  readonly statistic: number;
  /** Lags in the regression, or autocovariances in the long-run variance. */
  readonly lag: number;
  /**
   * The p-value, interpolated linearly between the tabulated levels. Outside them it is the nearest level: a bound, not
   * a value.
   */
  readonly pValue: number;
  readonly critical: CriticalValues;
  /** Observed values used. */
  readonly nobs: number;
}

/**
 * Returns the p-value by linear interpolation of the level between tabulated critical values, clamped to the outermost
 * levels.
 *
 * @returns NaN if the statistic is NaN
 */
export function interpolatePValue(statistic: number, { levels, values }: CriticalValues): number {
  if (Number.isNaN(statistic)) return NaN;
  const rising = values[0]! < values[values.length - 1]!;
  const at = (i: number) => (rising ? i : values.length - 1 - i);
  if (statistic <= values[at(0)]!) return levels[at(0)]!;
  for (let i = 1; i < values.length; i++) {
    const low = at(i - 1);
    const high = at(i);
    if (statistic > values[high]!) continue;
    const share = (statistic - values[low]!) / (values[high]! - values[low]!);
    return levels[low]! + share * (levels[high]! - levels[low]!);
  }
  return levels[at(values.length - 1)]!;
}
