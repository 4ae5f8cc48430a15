import type { LineupName } from "./lineup.ts";

/** Factors of a combination's intervals, for each level in percent, then each step. */
export interface Widths {
  readonly levels: readonly number[];
  readonly factors: readonly (readonly number[])[];
}

/**
 * Returns the factors by which the intervals of a combination must be wider than its members believe: √(a + b √j / n)
 * for step j of a series of n values. Models know the errors of the series' past; what their intervals leave out is
 * that parameters and form were chosen on it, which costs the more the shorter it was, and the farther ahead one looks.
 *
 * a and b minimise, rounded, the pinball loss of log |error| / half-width over the 1,001 series of the M1 competition
 * and 601 of the M3 competition outside of the sample the library is measured on, each set and each series weighing the
 * same, for the median of this library's ARIMA, exponential smoothing and theta (R's `ets` and `thetaf`). For 95 %, a is
 * 1: no widening is left for a long series. Of nine forms tried some fit slightly better (pinball loss at 95 % 0.09471
 * with the period as a third variable, 0.09507 with j / n², 0.09510 with this); this one was taken because its a is 1.
 *
 * Series with a season of months, the lineup "season", need less: their b has the least interval scores on seven sets, of
 * those that leave each set's coverage near 0.93 or above (`scripts/best-study/findings.md`).
 *
 * @param n - observed values
 * @param h - steps
 * @param lineup - the kind of the series
 * @returns a factor for each level (80 and 95 %), then each step
 */
export function widening(n: number, h: number, lineup: LineupName): Widths {
  const steps = Array.from({ length: h }, (_, j) => Math.sqrt(j + 1) / n);
  return {
    levels: WIDENING.map(({ level }) => level),
    factors: WIDENING.map(({ a, b, seasonal }) =>
      steps.map((step) => Math.sqrt(a + (lineup === "season" ? seasonal : b) * step)),
    ),
  };
}

const WIDENING = [
  { level: 80, a: 0.82, b: 7.5, seasonal: 4 },
  { level: 95, a: 1, b: 15, seasonal: 10 },
];

/**
 * Returns the factors by which the intervals of a combination are wider than its members' on a long series. Mostly they
 * are narrower: members differ, and the variance between them is in the combination's intervals as well as their own.
 * Where members take the season as known, as STL does, they are wider.
 *
 * Rounded, from the development part of the study of `npm run best-study` (series of 100 values or more): pinball loss and
 * interval scores fall with smaller factors than these, down to 0.8, but so does the coverage of some sets below 0.93.
 *
 * @param h - steps
 * @param isSeasonKnown - whether members leave the uncertainty of the season out
 */
export function longWidths(h: number, isSeasonKnown: boolean): Widths {
  return {
    levels: LONG.map(({ level }) => level),
    factors: LONG.map(({ free, known }) => new Array<number>(h).fill(isSeasonKnown ? known : free)),
  };
}

const LONG = [
  { level: 80, free: 0.85, known: 1 },
  { level: 95, free: 0.95, known: 1.1 },
];
