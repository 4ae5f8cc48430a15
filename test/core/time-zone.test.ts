import { describe, expect, it } from "vitest";
import { instantsOf, openTimeZone, timeOfDay } from "../../src/core/time-zone.ts";

/**
 * Zone, instant in UTC, clock reading, and the instants of that reading with fold 0 and 1, around changes of clocks: Python 3.11's
 * zoneinfo (`instant.astimezone(zone)`, `reading.replace(tzinfo=zone, fold=…).astimezone(utc)`).
 */
const BY_ZONEINFO: readonly (readonly [zone: string, utc: string, local: string, first: string, second: string])[] = [
  ["Europe/Berlin", "2025-10-25T00:00", "2025-10-25T02:00", "2025-10-25T00:00", "2025-10-25T00:00"],
  ["Europe/Berlin", "2025-10-26T00:15", "2025-10-26T02:15", "2025-10-26T00:15", "2025-10-26T01:15"],
  ["Europe/Berlin", "2025-10-26T00:45", "2025-10-26T02:45", "2025-10-26T00:45", "2025-10-26T01:45"],
  ["Europe/Berlin", "2025-10-26T01:00", "2025-10-26T02:00", "2025-10-26T00:00", "2025-10-26T01:00"],
  ["Europe/Berlin", "2025-10-26T01:15", "2025-10-26T02:15", "2025-10-26T00:15", "2025-10-26T01:15"],
  ["Europe/Berlin", "2025-10-26T01:45", "2025-10-26T02:45", "2025-10-26T00:45", "2025-10-26T01:45"],
  ["Europe/Berlin", "2025-10-27T02:00", "2025-10-27T03:00", "2025-10-27T02:00", "2025-10-27T02:00"],
  ["Europe/Berlin", "2026-03-28T00:00", "2026-03-28T01:00", "2026-03-28T00:00", "2026-03-28T00:00"],
  ["Europe/Berlin", "2026-03-29T00:15", "2026-03-29T01:15", "2026-03-29T00:15", "2026-03-29T00:15"],
  ["Europe/Berlin", "2026-03-29T00:45", "2026-03-29T01:45", "2026-03-29T00:45", "2026-03-29T00:45"],
  ["Europe/Berlin", "2026-03-29T01:00", "2026-03-29T03:00", "2026-03-29T01:00", "2026-03-29T01:00"],
  ["Europe/Berlin", "2026-03-29T01:15", "2026-03-29T03:15", "2026-03-29T01:15", "2026-03-29T01:15"],
  ["Europe/Berlin", "2026-03-29T01:45", "2026-03-29T03:45", "2026-03-29T01:45", "2026-03-29T01:45"],
  ["Europe/Berlin", "2026-03-30T02:00", "2026-03-30T04:00", "2026-03-30T02:00", "2026-03-30T02:00"],
  ["America/New_York", "2025-11-01T05:00", "2025-11-01T01:00", "2025-11-01T05:00", "2025-11-01T05:00"],
  ["America/New_York", "2025-11-02T05:15", "2025-11-02T01:15", "2025-11-02T05:15", "2025-11-02T06:15"],
  ["America/New_York", "2025-11-02T05:45", "2025-11-02T01:45", "2025-11-02T05:45", "2025-11-02T06:45"],
  ["America/New_York", "2025-11-02T06:00", "2025-11-02T01:00", "2025-11-02T05:00", "2025-11-02T06:00"],
  ["America/New_York", "2025-11-02T06:15", "2025-11-02T01:15", "2025-11-02T05:15", "2025-11-02T06:15"],
  ["America/New_York", "2025-11-02T06:45", "2025-11-02T01:45", "2025-11-02T05:45", "2025-11-02T06:45"],
  ["America/New_York", "2025-11-03T07:00", "2025-11-03T02:00", "2025-11-03T07:00", "2025-11-03T07:00"],
  ["Australia/Lord_Howe", "2026-04-03T14:00", "2026-04-04T01:00", "2026-04-03T14:00", "2026-04-03T14:00"],
  ["Australia/Lord_Howe", "2026-04-04T14:15", "2026-04-05T01:15", "2026-04-04T14:15", "2026-04-04T14:15"],
  ["Australia/Lord_Howe", "2026-04-04T14:45", "2026-04-05T01:45", "2026-04-04T14:45", "2026-04-04T15:15"],
  ["Australia/Lord_Howe", "2026-04-04T15:00", "2026-04-05T01:30", "2026-04-04T14:30", "2026-04-04T15:00"],
  ["Australia/Lord_Howe", "2026-04-04T15:15", "2026-04-05T01:45", "2026-04-04T14:45", "2026-04-04T15:15"],
  ["Australia/Lord_Howe", "2026-04-04T15:45", "2026-04-05T02:15", "2026-04-04T15:45", "2026-04-04T15:45"],
  ["Australia/Lord_Howe", "2026-04-05T16:00", "2026-04-06T02:30", "2026-04-05T16:00", "2026-04-05T16:00"],
  ["America/Sao_Paulo", "2018-11-03T02:00", "2018-11-02T23:00", "2018-11-03T02:00", "2018-11-03T02:00"],
  ["America/Sao_Paulo", "2018-11-04T02:15", "2018-11-03T23:15", "2018-11-04T02:15", "2018-11-04T02:15"],
  ["America/Sao_Paulo", "2018-11-04T02:45", "2018-11-03T23:45", "2018-11-04T02:45", "2018-11-04T02:45"],
  ["America/Sao_Paulo", "2018-11-04T03:00", "2018-11-04T01:00", "2018-11-04T03:00", "2018-11-04T03:00"],
  ["America/Sao_Paulo", "2018-11-04T03:15", "2018-11-04T01:15", "2018-11-04T03:15", "2018-11-04T03:15"],
  ["America/Sao_Paulo", "2018-11-04T03:45", "2018-11-04T01:45", "2018-11-04T03:45", "2018-11-04T03:45"],
  ["America/Sao_Paulo", "2018-11-05T04:00", "2018-11-05T02:00", "2018-11-05T04:00", "2018-11-05T04:00"],
  ["Africa/Casablanca", "2025-02-22T01:00", "2025-02-22T02:00", "2025-02-22T01:00", "2025-02-22T01:00"],
  ["Africa/Casablanca", "2025-02-23T01:15", "2025-02-23T02:15", "2025-02-23T01:15", "2025-02-23T02:15"],
  ["Africa/Casablanca", "2025-02-23T01:45", "2025-02-23T02:45", "2025-02-23T01:45", "2025-02-23T02:45"],
  ["Africa/Casablanca", "2025-02-23T02:00", "2025-02-23T02:00", "2025-02-23T01:00", "2025-02-23T02:00"],
  ["Africa/Casablanca", "2025-02-23T02:15", "2025-02-23T02:15", "2025-02-23T01:15", "2025-02-23T02:15"],
  ["Africa/Casablanca", "2025-02-23T02:45", "2025-02-23T02:45", "2025-02-23T01:45", "2025-02-23T02:45"],
  ["Africa/Casablanca", "2025-02-24T03:00", "2025-02-24T03:00", "2025-02-24T03:00", "2025-02-24T03:00"],
  ["Asia/Kathmandu", "2025-12-30T23:00", "2025-12-31T04:45", "2025-12-30T23:00", "2025-12-30T23:00"],
  ["Asia/Kathmandu", "2025-12-31T23:15", "2026-01-01T05:00", "2025-12-31T23:15", "2025-12-31T23:15"],
  ["Asia/Kathmandu", "2025-12-31T23:45", "2026-01-01T05:30", "2025-12-31T23:45", "2025-12-31T23:45"],
  ["Asia/Kathmandu", "2026-01-01T00:00", "2026-01-01T05:45", "2026-01-01T00:00", "2026-01-01T00:00"],
  ["Asia/Kathmandu", "2026-01-01T00:15", "2026-01-01T06:00", "2026-01-01T00:15", "2026-01-01T00:15"],
  ["Asia/Kathmandu", "2026-01-01T00:45", "2026-01-01T06:30", "2026-01-01T00:45", "2026-01-01T00:45"],
  ["Asia/Kathmandu", "2026-01-02T01:00", "2026-01-02T06:45", "2026-01-02T01:00", "2026-01-02T01:00"],
  ["Pacific/Apia", "2011-12-29T09:00", "2011-12-28T23:00", "2011-12-29T09:00", "2011-12-29T09:00"],
  ["Pacific/Apia", "2011-12-30T09:15", "2011-12-29T23:15", "2011-12-30T09:15", "2011-12-30T09:15"],
  ["Pacific/Apia", "2011-12-30T09:45", "2011-12-29T23:45", "2011-12-30T09:45", "2011-12-30T09:45"],
  ["Pacific/Apia", "2011-12-30T10:00", "2011-12-31T00:00", "2011-12-30T10:00", "2011-12-30T10:00"],
  ["Pacific/Apia", "2011-12-30T10:15", "2011-12-31T00:15", "2011-12-30T10:15", "2011-12-30T10:15"],
  ["Pacific/Apia", "2011-12-30T10:45", "2011-12-31T00:45", "2011-12-30T10:45", "2011-12-30T10:45"],
  ["Pacific/Apia", "2011-12-31T11:00", "2012-01-01T01:00", "2011-12-31T11:00", "2011-12-31T11:00"],
];

const ms = (text: string) => Date.parse(`${text}Z`);
const HOUR = 3_600_000;

describe("a time zone", () => {
  it("shows the times that Python's zoneinfo shows, and finds their instants", () => {
    for (const [name, utc, local, first, second] of BY_ZONEINFO) {
      const zone = openTimeZone(name);
      expect(zone.toLocal(ms(utc)), `${name} ${utc}`).toBe(ms(local));
      const instants = first === second ? [ms(first)] : [ms(first), ms(second)];
      expect(zone.toInstants(ms(local)), `${name} ${local}`).toEqual(instants);
    }
  });

  it("takes a time that a change leaves out by the offset before the change", () => {
    // zoneinfo, fold 0.
    expect(openTimeZone("Europe/Berlin").toInstants(ms("2026-03-29T02:30"))).toEqual([ms("2026-03-29T01:30")]);
    expect(openTimeZone("America/Sao_Paulo").toInstants(ms("2018-11-04T00:00"))).toEqual([ms("2018-11-04T03:00")]);
  });

  it("gives the rows of a repeated hour to one instant after the other, and a third row to the later", () => {
    const zone = openTimeZone("Europe/Berlin");
    const locals = ["01:00", "02:00", "02:00", "02:00", "03:00"].map((time) => ms(`2025-10-26T${time}`));
    const instants = [
      "2025-10-25T23:00",
      "2025-10-26T00:00",
      "2025-10-26T01:00",
      "2025-10-26T01:00",
      "2025-10-26T02:00",
    ];
    expect(Array.from(instantsOf(zone, Float64Array.from([...locals, NaN])))).toEqual([...instants.map(ms), NaN]);
  });

  it("knows days by their time of day, also one that begins an hour late", () => {
    const berlin = openTimeZone("Europe/Berlin");
    const midnights = ["2025-10-25T22:00", "2025-10-26T23:00", "2026-03-28T23:00", "2026-03-29T22:00"].map(ms);
    expect(timeOfDay(berlin, Float64Array.from(midnights))).toBe(0);
    const gasDays = midnights.map((time) => time + 6 * HOUR);
    expect(timeOfDay(berlin, Float64Array.from(gasDays))).toBe(null);
    expect(timeOfDay(berlin, Float64Array.of(ms("2025-10-25T04:00"), ms("2025-10-26T05:00")))).toBe(6 * HOUR);
    // São Paulo's 4 November 2018 began at 1:00.
    const begins = ["2018-11-03T03:00", "2018-11-04T03:00", "2018-11-05T02:00"].map(ms);
    expect(timeOfDay(openTimeZone("America/Sao_Paulo"), Float64Array.from(begins))).toBe(0);
    expect(timeOfDay(berlin, Float64Array.from([...midnights, at(midnights)]))).toBe(null);
    expect(timeOfDay(berlin, new Float64Array(0))).toBe(0);
  });

  it("refuses a name that is none", () => {
    expect(() => openTimeZone("Europe/Atlantis")).toThrow('source.time_zone is "Europe/Atlantis"');
  });
});

const at = (midnights: readonly number[]) => (midnights[0] ?? 0) + HOUR;
