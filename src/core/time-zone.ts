import { at } from "./aligned.ts";
import { ManymodelError, show } from "./errors.ts";

/**
 * A time zone of the IANA database: what its clocks show at an instant, and at which instants they show a time. Instants are
 * milliseconds since 1970 in UTC; local times are the milliseconds of the same clock reading in UTC.
 */
export interface TimeZone {
  /** Returns what the clocks show at an instant. */
  toLocal(instant: number): number;
  /**
   * Returns the instants at which the clocks show a time, ascending: two in the hour that a change of clocks repeats. A time
   * that a change leaves out stands for the instant by the offset before the change (RFC 5545, 3.3.5).
   */
  toInstants(local: number): readonly number[];
}

const DAY = 86_400_000;
const opened = new Map<string, TimeZone>();

/** Tells whether there is a time zone of a name. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en-US", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** Opens a time zone by its name. @throws {ManymodelError} `config` if there is none of that name */
export function openTimeZone(name: string): TimeZone {
  const cached = opened.get(name);
  if (cached !== undefined) return cached;
  if (!isTimeZone(name))
    throw new ManymodelError(
      "config",
      `source.time_zone is ${show(name)}; it must be the name of a time zone such as Europe/Berlin or America/New_York`,
    );
  const zone = zoneOf(offsetsOf(name));
  opened.set(name, zone);
  return zone;
}

/**
 * The changes of a zone's clocks over some years, for whoever has no database of zones: the minute since 1970 at which each
 * offset begins, and the offset in minutes. The last begins none: its minute is the end.
 */
export type ClockChanges = readonly (readonly [minute: number, offset: number])[];

const MINUTE = 60_000;
/** Changes are known in these years: the end is the first day of the last one. */
const CHANGES_FROM = Date.UTC(1990, 0);
const CHANGES_TO = Date.UTC(2051, 0);

/** Returns the changes of a zone's clocks from 1990 to 2050. @throws {ManymodelError} `config` if there is no such zone */
export function clockChanges(name: string): ClockChanges {
  const { toLocal } = openTimeZone(name);
  const offsetAt = (instant: number) => toLocal(instant) - instant;
  const changes: [number, number][] = [];
  let offset: number | undefined;
  // Clocks change at whole quarters of an hour.
  for (let day = CHANGES_FROM; day < CHANGES_TO; day += DAY) {
    if (offset === offsetAt(day + DAY)) continue;
    for (let instant = day; instant < day + DAY; instant += 15 * MINUTE) {
      if (offsetAt(instant) === offset) continue;
      offset = offsetAt(instant);
      changes.push([instant / MINUTE, offset / MINUTE]);
    }
  }
  return [...changes, [CHANGES_TO / MINUTE, 0]];
}

/** Returns the zone of some changes. @throws {RangeError} when it is asked about a time before or after them */
export function zoneOfChanges(changes: ClockChanges): TimeZone {
  const [[first], [last]] = [at(changes, 0), at(changes, -1)];
  return zoneOf((instant) => {
    const minute = instant / MINUTE;
    if (!(minute >= first && minute < last))
      throw new RangeError(
        `source.time_zone knows the clocks from ${new Date(first * MINUTE).toISOString()} to ${new Date(last * MINUTE).toISOString()} in a table function, not at ${new Date(instant).toISOString()}; set snowflake.compute: client and snowflake.scoring: client`,
      );
    return at(at(changes, changes.findIndex(([start]) => start > minute) - 1), 1) * MINUTE;
  });
}

/** Returns the zone whose clocks are ahead of UTC by an offset. */
function zoneOf(offsetAt: (instant: number) => number): TimeZone {
  return {
    toLocal: (instant) => instant + offsetAt(instant),
    toInstants(local) {
      // No offset is longer than a day, and no two changes are closer to each other.
      const [before, after] = [offsetAt(local - DAY), offsetAt(local + DAY)];
      const valid = [before, after].filter((offset) => offsetAt(local - offset) === offset);
      const instants = (valid.length === 0 ? [before] : valid).map((offset) => local - offset);
      return [...new Set(instants)].sort((a, b) => a - b);
    },
  };
}

/** Instants from `start` to before `end` at which a zone has one offset from UTC. */
interface Period {
  readonly start: number;
  readonly end: number;
  readonly offset: number;
}

/**
 * Returns how far the clocks of a zone are ahead of UTC at an instant, in milliseconds. ICU, which Node has built in, knows;
 * Temporal is not in every supported Node. One answer of ICU takes microseconds, so each year's periods are found once.
 */
function offsetsOf(name: string): (instant: number) => number {
  const format = new Intl.DateTimeFormat("en-US", { timeZone: name, timeZoneName: "longOffset" });
  const ask = (instant: number): number => {
    const text = format.formatToParts(instant).find(({ type }) => type === "timeZoneName")?.value ?? "";
    const [, sign = "+", hours = 0, minutes = 0, seconds = 0] = /GMT(?:([+-])(\d+):(\d+)(?::(\d+))?)?/.exec(text) ?? [];
    const offset = 1000 * (3600 * Number(hours) + 60 * Number(minutes) + Number(seconds));
    return sign === "-" ? -offset : offset;
  };
  const years = new Map<number, readonly Period[]>();
  const periodsOf = (year: number): readonly Period[] => {
    const [first, end] = [Date.UTC(year, 0), Date.UTC(year + 1, 0)];
    const periods: Period[] = [];
    let [start, offset] = [first, ask(first)];
    for (let day = first; day < end; day += DAY) {
      let [low, high] = [day, Math.min(day + DAY, end - 1)];
      const next = ask(high);
      if (next === offset) continue;
      while (high - low > 1) {
        const middle = Math.floor((low + high) / 2);
        if (ask(middle) === offset) low = middle;
        else high = middle;
      }
      periods.push({ start, end: high, offset });
      [start, offset] = [high, next];
    }
    return [...periods, { start, end, offset }];
  };
  let last: Period = { start: 0, end: 0, offset: 0 };
  return (instant) => {
    if (instant >= last.start && instant < last.end) return last.offset;
    const year = new Date(instant).getUTCFullYear();
    if (Number.isNaN(year)) return 0;
    const periods = years.get(year) ?? periodsOf(year);
    years.set(year, periods);
    last = periods.find(({ end }) => instant < end) ?? at(periods, -1);
    return last.offset;
  };
}

/**
 * Returns the instants of ascending local times. Of rows with the same time in an hour that a change repeats, the first is of the
 * earlier instant and the next of the later.
 */
export function instantsOf(zone: TimeZone, locals: Float64Array): Float64Array {
  let run = 0;
  return locals.map((local, i) => {
    if (Number.isNaN(local)) return local;
    run = i > 0 && locals[i - 1] === local ? run + 1 : 0;
    const instants = zone.toInstants(local);
    return at(instants, Math.min(run, instants.length - 1));
  });
}

/**
 * Returns the time of day, in milliseconds, that the clocks of a zone show at each of some instants; null if it is not the same. At
 * a midnight that a change of clocks leaves out, the day begins an hour later.
 */
export function timeOfDay(zone: TimeZone, instants: Float64Array): number | null {
  const locals = instants.map(zone.toLocal);
  const time = locals.reduce((least, local) => Math.min(least, local - midnight(local)), DAY);
  const isSame = instants.every((instant, i) => zone.toInstants(midnight(at(locals, i)) + time)[0] === instant);
  return isSame ? time % DAY : null;
}

/** Returns the midnight before a local time. */
export const midnight = (local: number) => Math.floor(local / DAY) * DAY;
