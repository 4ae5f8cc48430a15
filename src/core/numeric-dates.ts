/** The spellings of dates as numbers: 20250831, or 202508 for a month. */
export type NumericDates = "%Y%m%d" | "%Y%m";

/** Years that a number is taken for a date of. */
const [FIRST_YEAR, LAST_YEAR] = [1900, 2100];

/** Returns the spelling of a number that is a date; undefined for any other number. */
function spelling(value: number): NumericDates | undefined {
  if (!Number.isInteger(value)) return undefined;
  const isDay = value >= 1e7;
  const month = isDay ? Math.floor(value / 100) : value;
  const [year, inYear] = [Math.floor(month / 100), month % 100];
  if (year < FIRST_YEAR || year > LAST_YEAR || inYear < 1 || inYear > 12) return undefined;
  if (!isDay) return "%Y%m";
  const day = value % 100;
  return day >= 1 && day <= new Date(Date.UTC(year, inYear, 0)).getUTCDate() ? "%Y%m%d" : undefined;
}

/**
 * Returns the spelling that all numbers share as dates. Undefined if one is no date, and for fewer than two numbers.
 *
 * @param values - NaN is passed over
 */
export function numericDates(values: Iterable<number>): NumericDates | undefined {
  let common: NumericDates | undefined;
  const distinct = new Set<number>();
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    const spelled = spelling(value);
    if (spelled === undefined || (common !== undefined && spelled !== common)) return undefined;
    common = spelled;
    if (distinct.size < 2) distinct.add(value);
  }
  return distinct.size < 2 ? undefined : common;
}
