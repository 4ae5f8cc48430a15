import { describe, expect, it } from "vitest";
import type { Drivers } from "../../src/core/drivers.ts";
import { frame } from "../../src/model/frame.ts";
import { nextTimes } from "../../src/model/interval.ts";
import { findMissing, neededRegressors, nestedRegressors, regressors } from "../../src/model/regressors.ts";

const day = (text: string) => Date.parse(text);

/** Steps from a date, with rows of a price, a truth value and a text at some of them. */
function axisOf(
  first: string,
  interval: string,
  steps: number,
  rows: { at: string; price?: number; promo?: boolean; event?: string }[] = [],
) {
  const data = frame({
    length: rows.length,
    columns: {
      D: { type: "date", values: Float64Array.from(rows, ({ at }) => day(at)) },
      PRICE: { type: "number", values: Float64Array.from(rows, ({ price = Number.NaN }) => price) },
      PROMO: {
        type: "boolean",
        values: Uint8Array.from(rows, ({ promo }) => (promo === undefined ? 2 : Number(promo))),
      },
      EVENT: { type: "string", values: rows.map(({ event = null }: { event?: string | null }) => event) },
    },
  });
  const times = Float64Array.of(day(first), ...nextTimes(day(first), interval, steps - 1));
  return { times, interval, time: "D", rows: [data] };
}
const read = (drivers: Drivers, axis: ReturnType<typeof axisOf>, names?: string[]) =>
  Object.fromEntries(Object.entries(regressors({ drivers }, axis, names)).map(([name, values]) => [name, [...values]]));

describe("regressors", () => {
  const rows = [
    { at: "2026-03-01", price: 9, promo: false },
    { at: "2026-03-02", price: 8, promo: true, event: "fair" },
    { at: "2026-03-03", price: 7, promo: false },
    { at: "2026-03-05", price: 6, promo: true, event: "match" },
  ];
  it("have the values of the rows of their times, with lags and leads over the edges of the steps", () => {
    const drivers: Drivers = {
      regressors: [
        { column: "price", lags: [0, 1, -1], isText: false },
        { column: "PROMO", lags: [0], missing: 0, isText: false },
      ],
    };
    expect(read(drivers, axisOf("2026-03-02", "P1D", 3, rows))).toEqual({
      price: [8, 7, Number.NaN],
      price_LAG1: [9, 8, 7],
      price_LEAD1: [7, Number.NaN, 6],
      PROMO: [1, 0, 0],
    });
  });
  it("are 0 and 1 for each text, 0 where a row has none, and missing without a row", () => {
    const drivers: Drivers = { regressors: [{ column: "EVENT", lags: [0], isText: true }] };
    const axis = axisOf("2026-03-02", "P1D", 4, rows);
    expect(read(drivers, axis)).toEqual({ "EVENT=fair": [1, 0, Number.NaN, 0], "EVENT=match": [0, 0, Number.NaN, 1] });
    // A model asks for what it knows, of which there may be nothing to come.
    expect(read(drivers, axis, ["EVENT=sale"])).toEqual({ "EVENT=sale": [0, 0, Number.NaN, 0] });
  });
  it("name the first step without a value, its column and its time", () => {
    const exports = { drivers: { regressors: [{ column: "PRICE", lags: [0, 1], isText: false }] } };
    const axis = axisOf("2026-03-02", "P1D", 5, rows);
    expect(findMissing(exports, axis, regressors(exports, axis))).toMatchObject({
      step: 2,
      message: expect.stringMatching(/no PRICE at D 2026-03-04, step 3 of 5/),
    });
    const lagged = regressors(exports, axis, ["PRICE_LAG1"]);
    expect(findMissing(exports, axis, lagged)).toMatchObject({
      step: 3,
      message: expect.stringMatching(/no PRICE at D 2026-03-04, step 4 of 5/),
    });
  });
  it("have later tables' values before earlier ones'", () => {
    const plan = axisOf("2026-03-02", "P1D", 1, [{ at: "2026-03-02", price: 5 }]).rows;
    const axis = axisOf("2026-03-02", "P1D", 2, rows);
    const drivers: Drivers = { regressors: [{ column: "PRICE", lags: [0], isText: false }] };
    expect(read(drivers, { ...axis, rows: [...axis.rows, ...plan] })).toEqual({ PRICE: [5, 7] });
  });
  it("know the days of the calendar", () => {
    const drivers: Drivers = { calendar: ["dayOfWeek", "weekend", "monthStart", "monthEnd", "payday"] };
    // 2026-05-31 is a Sunday: the last day from Monday to Friday is the 29th.
    const columns = read(drivers, axisOf("2026-05-28", "P1D", 5));
    expect(columns).toMatchObject({
      weekend: [0, 0, 1, 1, 0],
      monthEnd: [0, 0, 0, 1, 0],
      payday: [0, 1, 0, 0, 0],
      monthStart: [0, 0, 0, 0, 1],
    });
    expect(columns["dayOfWeek=5"]).toEqual([0, 1, 0, 0, 0]);
    expect(Object.keys(columns).filter((name) => name.startsWith("dayOfWeek"))).toHaveLength(6);
  });
  it("count the days of a week or a month", () => {
    const drivers: Drivers = {
      calendar: ["weekend", "payday"],
      holidays: [{ name: "fair", dates: ["2026-05-05", "2026-05-06", "2026-06-01"] }],
    };
    expect(read(drivers, axisOf("2026-05-04", "P7D", 5))).toEqual({
      weekend: [2, 2, 2, 2, 2],
      payday: [0, 0, 0, 1, 0],
      fair: [2, 0, 0, 0, 1],
    });
    expect(read(drivers, axisOf("2026-05-01", "P1M@1", 2))).toEqual({ weekend: [10, 8], payday: [1, 1], fair: [2, 1] });
  });
  it("know days before and after holidays, also on open days only", () => {
    const drivers: Drivers = { holidays: [{ name: "Easter", dates: ["2026-04-05"], before: 1, after: 1 }] };
    expect(read(drivers, axisOf("2026-04-04", "P1D", 3))).toEqual({
      "Easter-1": [1, 0, 0],
      Easter: [0, 1, 0],
      "Easter+1": [0, 0, 1],
    });
    expect(read(drivers, axisOf("2026-04-03", "W12345", 2))).toEqual({
      "Easter-1": [0, 0],
      Easter: [0, 0],
      "Easter+1": [0, 1],
    });
  });
  it("have the same phase of a season wherever the series begins", () => {
    const drivers: Drivers = { fourier: [{ period: 365.25, harmonics: 2 }] };
    for (const interval of ["P1D", "P7D", "W12345", "P1M@1", "PT3600S"]) {
      const whole = axisOf("2025-12-01", interval, 12);
      const later = { ...whole, times: whole.times.slice(7) };
      const [all, tail] = [read(drivers, whole), read(drivers, later)];
      expect(Object.keys(all)).toEqual(["sin1/365.25", "cos1/365.25", "sin2/365.25", "cos2/365.25"]);
      for (const [name, values] of Object.entries(tail)) expect(values, interval).toEqual(all[name]?.slice(7));
      // One step is one 365.25th of a turn.
      const turn = (i: number) => Math.atan2(all["sin1/365.25"]?.[i] ?? 0, all["cos1/365.25"]?.[i] ?? 0);
      expect((turn(1) - turn(0) + 4 * Math.PI) % (2 * Math.PI), interval).toBeCloseTo((2 * Math.PI) / 365.25, 6);
    }
  });
  it("leave the number of harmonics to a criterion where it is auto", () => {
    const exports = {
      drivers: {
        fourier: [
          { period: 4, harmonics: "auto" },
          { period: 30.4, harmonics: 1 },
        ],
      },
    };
    expect(nestedRegressors(exports)).toEqual([[["sin1/4", "cos1/4"], ["cos2/4"]]]);
    expect([...neededRegressors(exports)]).toEqual(["sin1/30.4", "cos1/30.4"]);
  });
});
