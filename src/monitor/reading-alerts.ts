/** Something that is wrong with a sensor: its readings of one kind, since one time. */
export interface ReadingEvent {
  readonly partitionKey: string;
  readonly kind: string;
  /** The time at which it began. */
  readonly since: string;
  /** Readings so far, and the one furthest from what was expected. */
  readonly readings: number;
  readonly value: number | null;
  readonly expected: number;
  readonly score: number | null;
}

/** A reading that was reported, as a table of readings has it. */
export type ReportedReading = Omit<ReadingEvent, "readings"> & { readonly step: number };

/** An alert that was sent: of which sensor, of which event, and when, in milliseconds. */
export interface SentAlert {
  readonly partitionKey: string;
  readonly kind: string;
  readonly since: string;
  readonly sentAt: number;
}

/**
 * Returns the events that reported readings are part of, in the order of their sensors. Readings since one time are one event,
 * of the kind of the last of them: spikes that have become a new level are a new level.
 */
export function readingEvents(readings: readonly ReportedReading[]): ReadingEvent[] {
  const events = new Map<string, ReadingEvent & { readonly step: number }>();
  for (const reading of readings) {
    const name = JSON.stringify([reading.partitionKey, reading.since]);
    const before = events.get(name);
    const count = (before?.readings ?? 0) + 1;
    const latest = before === undefined || reading.step > before.step ? reading : before;
    const isFurther = Math.abs(reading.score ?? 0) > Math.abs(before?.score ?? 0);
    const { value, expected, score } = before === undefined || isFurther ? reading : before;
    const { partitionKey, kind, since, step } = latest;
    events.set(name, { partitionKey, kind, since, readings: count, value, expected, score, step });
  }
  return Array.from(events.values(), ({ step: _, ...event }) => event);
}

/**
 * Returns the events to send: that were not sent yet, of sensors of which no alert of the same kind was sent for `quietMs`.
 * Events that are held back are due at a later time, if they are still reported.
 */
export function dueEvents(
  events: readonly ReadingEvent[],
  earlier: readonly SentAlert[],
  { now, quietMs }: { readonly now: number; readonly quietMs: number },
): ReadingEvent[] {
  const nameOf = ({ partitionKey, kind, since }: Omit<SentAlert, "sentAt">) =>
    JSON.stringify([partitionKey, kind, since]);
  const names = new Set(earlier.map(nameOf));
  const last = new Map<string, number>();
  for (const { partitionKey, kind, sentAt } of earlier) {
    const name = JSON.stringify([partitionKey, kind]);
    last.set(name, Math.max(sentAt, last.get(name) ?? -Infinity));
  }
  return events.filter((event) => {
    const lastSent = last.get(JSON.stringify([event.partitionKey, event.kind])) ?? -Infinity;
    return !names.has(nameOf(event)) && now - lastSent >= quietMs;
  });
}

/** Tells whether a time of the day in UTC is among quiet hours such as `22:00-06:00`. */
export function isQuietHour(now: number, hours: string): boolean {
  const minute = Math.floor(now / 60_000) % 1440;
  const [from = 0, to = 0] = hours.split("-").map((text) => {
    const [hour = 0, minutes = 0] = text.split(":").map(Number);
    return 60 * hour + minutes;
  });
  return from <= to ? minute >= from && minute < to : minute >= from || minute < to;
}

/** Returns events by kind, the kind of most sensors first, and of each the first so many. */
export function groupEvents(events: readonly ReadingEvent[], most: number) {
  const kinds = [...new Set(events.map(({ kind }) => kind))];
  return kinds
    .map((kind) => {
      const ofKind = events.filter((event) => event.kind === kind);
      return {
        kind,
        sensors: new Set(ofKind.map(({ partitionKey }) => partitionKey)).size,
        events: ofKind.slice(0, most),
      };
    })
    .sort((a, b) => b.sensors - a.sensors);
}
