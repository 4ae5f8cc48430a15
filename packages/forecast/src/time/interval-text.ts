/**
 * The step of a series in time, as text: `P1D`, `P7D` (days), `PT3600S` (seconds), `P1M@31` (calendar months, with the
 * target day of the month: 31 is the month's last day, B its last day from Monday to Friday), `W12345` (the days of the
 * week that occur; Monday is 1), `N1` (plain numbers).
 */
export type Interval = string;

/** A day of the month: its number, where 31 is the month's last day; `B`: the last one from Monday to Friday. */
export type MonthDay = number | "B";

/** The parts of an interval's text. Steps are positive. */
export type IntervalParts =
  | { readonly unit: "day" | "second" | "number"; readonly step: number }
  /** Undefined day: each series has its own. */
  | { readonly unit: "month"; readonly step: number; readonly day: MonthDay | undefined }
  /** The days that occur, ascending, such as `12345`. */
  | { readonly unit: "weekday"; readonly days: string };

const NUMBER = String.raw`\d+(?:\.\d+)?(?:e[-+]?\d+)?`;
const GRAMMAR = new RegExp(
  String.raw`^(?:P(\d+)D|PT(${NUMBER})S|P(\d+)M(?:@(\d+|B))?|W(1?2?3?4?5?6?7?)|N(${NUMBER}))$`,
);

/** Reads an interval's text. Undefined if it is not an interval. */
export function parseInterval(text: string): IntervalParts | undefined {
  const [, day, second, month, dayOfMonth, days, number] = GRAMMAR.exec(text) ?? [];
  if (days !== undefined) return days === "" ? undefined : { unit: "weekday", days };
  const step = Number(day ?? second ?? month ?? number);
  if (!(step > 0 && step < Infinity)) return undefined;
  if (month !== undefined)
    return {
      unit: "month",
      step,
      day: dayOfMonth === undefined || dayOfMonth === "B" ? dayOfMonth : Number(dayOfMonth),
    };
  return { unit: day !== undefined ? "day" : second !== undefined ? "second" : "number", step };
}

const DAY_SECONDS = 86_400;

/** Writes an interval of a fixed length: in days if they are whole, else in seconds. */
export function fixedInterval(seconds: number): Interval {
  return seconds % DAY_SECONDS === 0 ? `P${seconds / DAY_SECONDS}D` : `PT${seconds}S`;
}

/** Weeks, years, hours and minutes in the units that intervals have. */
const STATED = { D: 1, W: 7, M: 1, Y: 12 } as const;
const SECONDS = { H: 3600, M: 60, S: 1 } as const;
const STATED_CALENDAR = /^P(\d+)([DWMY])(?:@\d+)?$/;
const STATED_CLOCK = new RegExp(`^PT(${NUMBER})([HMS])$`);

/**
 * Reads an interval as people state it (ISO 8601: `P1D`, `P1W`, `P1M`, `P3M`, `P1Y`, `PT15M`, `PT1H`; `W12345`; `N1`), and
 * returns it as series have it. Undefined if it is not an interval. Months have no day, because each series has its own.
 */
export function canonicalInterval(text: string): Interval | undefined {
  const [, count, unit] = STATED_CALENDAR.exec(text) ?? [];
  if (count !== undefined) {
    const step = Number(count) * STATED[unit as keyof typeof STATED];
    if (!(step > 0 && step < Infinity)) return undefined;
    return unit === "D" || unit === "W" ? `P${step}D` : `P${step}M`;
  }
  const [, amount, clock] = STATED_CLOCK.exec(text) ?? [];
  if (amount !== undefined) {
    const seconds = Number(amount) * SECONDS[clock as keyof typeof SECONDS];
    return seconds > 0 && seconds < Infinity ? fixedInterval(seconds) : undefined;
  }
  const parts = parseInterval(text);
  return parts?.unit === "number" ? `N${parts.step}` : parts && text;
}
