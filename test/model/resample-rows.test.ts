import { describe, expect, it } from "vitest";
import type { ColumnBatch } from "../../src/core/columns/column.ts";
import type { RowRules } from "../../src/core/run.ts";
import type { Completion } from "../../src/model/complete-rows.ts";
import { resampleNewer, resampleRows } from "../../src/model/resample-rows.ts";

const DAY = 86_400_000;
const day = (text: string) => Date.parse(`${text}T00:00Z`);
const text = (time: number) => new Date(time).toISOString().slice(0, 10);

interface Panel {
  readonly oldest: string;
  readonly newest: string;
  readonly interval?: string | null;
}
type Row = readonly [day: string, qty: number | null, price?: number, promo?: boolean];

/** Resamples the rows of one partition; each row with its time and target. */
function resampled(
  rows: readonly Row[],
  rules: RowRules,
  { oldest, newest, interval = "P1D" }: Panel,
): [string, number | null][] {
  const { batch } = resampleRows(completion(rules, { oldest, newest, interval }), {
    batch: batchOf(rows),
    offsets: Int32Array.of(0, rows.length),
  });
  const [times, values] = [batch.columns.day?.values as Float64Array, batch.columns.qty?.values as Float64Array];
  return Array.from(times, (time, i) => [text(time), Number.isNaN(values[i]) ? null : (values[i] as number)]);
}

const completion = (rules: RowRules, { oldest, newest, interval }: Panel): Completion => ({
  query: { table: "SALES", keyColumns: ["sku"], orderBy: ["day"], target: "qty", ...rules },
  timeColumn: "day",
  panel: { oldest: day(oldest), newest: day(newest), interval: interval ?? null, later: 0, repeated: 0 },
});

const batchOf = (rows: readonly Row[]): ColumnBatch => ({
  length: rows.length,
  columns: {
    day: { type: "date", values: Float64Array.from(rows, ([time]) => day(time)) },
    qty: { type: "number", values: Float64Array.from(rows, ([, qty]) => qty ?? NaN) },
    price: { type: "number", values: Float64Array.from(rows, ([, , price = NaN]) => price) },
    promo: {
      type: "boolean",
      values: Uint8Array.from(rows, ([, , , promo]) => (promo === undefined ? 2 : promo ? 1 : 0)),
    },
    note: { type: "string", values: rows.map(([time]) => time) },
  },
});

/** Returns each day from one to another, with a value. */
const days = (from: string, to: string, qty: (i: number) => number | null): Row[] =>
  Array.from({ length: (day(to) - day(from)) / DAY + 1 }, (_, i) => [text(day(from) + i * DAY), qty(i)]);

const week = (by: "sum" | "mean"): RowRules => ({ resample: { to: "P7D", by } });
const month: RowRules = { resample: { to: "P1M", by: "sum" } };

describe("days as weeks, months and quarters", () => {
  const rows = days("2025-12-03", "2026-01-31", (i) => (i === 5 || i === 20 ? null : (7 * i) % 11));
  // A longer table, so that this partition's first bin is not cut.
  const panel = { oldest: "2025-01-01", newest: "2026-02-28" };
  /**
   * By pandas 3.1.1: `q.resample("W-MON", label="left", closed="left")`, `.resample("MS")`, `.resample("QS")`, of
   * `q = Series([(7 * i) % 11 for i in range(60)], date_range("2025-12-03", periods=60))`, places 5 and 20 missing; `sum(min_count=1)`
   * and `mean()`. The last week, which Sunday is missing of, and the last quarter have no value here.
   */
  it("are those of pandas", () => {
    const mondays = ["12-01", "12-08", "12-15", "12-22", "12-29", "01-05", "01-12", "01-19"];
    const dated = (values: readonly number[]) =>
      mondays.map((monday, i) => [`${monday > "02" ? 2025 : 2026}-${monday}`, values[i]]);
    expect(resampled(rows, week("sum"), panel)).toEqual([
      ...dated([26, 27, 42, 25, 35, 37, 28, 41]),
      ["2026-01-26", null],
    ]);
    const means = resampled(rows, week("mean"), panel).slice(0, -1);
    [5.2, 4.5, 6, 4.166666666667, 5, 5.285714285714, 4, 5.857142857143].forEach((mean, i) => {
      expect(means[i]?.[1]).toBeCloseTo(mean, 11);
    });
    expect(resampled(rows, month, panel)).toEqual([
      ["2025-12-01", 137],
      ["2026-01-01", 154],
    ]);
    expect(resampled(rows, { resample: { to: "P3M", by: "sum" } }, panel)).toEqual([
      ["2025-10-01", 137],
      ["2026-01-01", null],
    ]);
  });
  /** By pandas 1.5.3: `q.resample("W-SUN", label="left", closed="left").sum(min_count=1)` of the same series. */
  it("are weeks from Sunday to Saturday where they are asked for", () => {
    const sundays: RowRules = { resample: { to: "P7D", by: "sum", weekStarts: "sunday" } };
    expect(resampled(rows, sundays, panel)).toEqual([
      ["2025-11-30", 20],
      ["2025-12-07", 33],
      ["2025-12-14", 37],
      ["2025-12-21", 20],
      ["2025-12-28", 41],
      ["2026-01-04", 32],
      ["2026-01-11", 34],
      ["2026-01-18", 36],
      ["2026-01-25", 38],
    ]);
  });
  it("have other columns by mean, any, and last", () => {
    const { batch } = resampleRows(completion(week("sum"), panel), {
      batch: batchOf([
        ["2026-01-05", 1, 10, false],
        ["2026-01-06", 1, 20, true],
        ["2026-01-11", 1],
      ]),
      offsets: Int32Array.of(0, 3),
    });
    expect(batch.columns).toMatchObject({
      price: { values: Float64Array.of(15) },
      promo: { values: Uint8Array.of(1) },
      note: { values: ["2026-01-11"] },
    });
  });
  it("leave partitions apart", () => {
    const two = [...days("2026-01-05", "2026-01-11", () => 1), ...days("2026-01-05", "2026-01-18", () => 2)];
    const { batch, offsets } = resampleRows(completion(week("sum"), panel), {
      batch: batchOf(two),
      offsets: Int32Array.of(0, 7, 7, 21),
    });
    expect([batch.columns.qty?.values, offsets]).toEqual([Float64Array.of(7, 14, 14), Int32Array.of(0, 1, 1, 3)]);
  });
});

describe("weeks that the data do not cover", () => {
  const full = { oldest: "2026-01-05", newest: "2026-01-21" };
  it("have no value at the end: the current week is not a low one", () => {
    expect(
      resampled(
        days("2026-01-05", "2026-01-21", () => 1),
        week("sum"),
        full,
      ),
    ).toEqual([
      ["2026-01-05", 7],
      ["2026-01-12", 7],
      ["2026-01-19", null],
    ]);
    // On Sunday the week is over.
    expect(
      resampled(
        days("2026-01-12", "2026-01-18", () => 1),
        week("sum"),
        full,
      ),
    ).toEqual([["2026-01-12", 7]]);
  });
  it("have no value where the last days have none, planned or not known yet", () => {
    const rows = days("2026-01-05", "2026-02-01", (i) => (i < 13 ? 1 : null));
    expect(resampled(rows, week("sum"), full)).toEqual([
      ["2026-01-05", 7],
      ["2026-01-12", null],
      ["2026-01-19", null],
      ["2026-01-26", null],
    ]);
  });
  it("are left out at the table's start, but a series that begins later begins in its first week", () => {
    const rows = days("2026-01-07", "2026-01-18", () => 1);
    expect(resampled(rows, week("sum"), { oldest: "2026-01-07", newest: "2026-01-18" })).toEqual([["2026-01-12", 7]]);
    expect(resampled(rows, week("sum"), { oldest: "2026-01-05", newest: "2026-01-18" })).toEqual([
      ["2026-01-05", 5],
      ["2026-01-12", 7],
    ]);
  });
  it("end on Friday where no weekend has rows, and begin on Monday the 2nd of a month", () => {
    const open = days("2026-02-02", "2026-02-27", () => 1).filter(
      ([time]) => ![0, 6].includes(new Date(time).getUTCDay()),
    );
    const panel = { oldest: "2026-02-02", newest: "2026-02-27", interval: "W12345" };
    expect(resampled(open, week("sum"), panel).at(-1)).toEqual(["2026-02-23", 5]);
    expect(resampled(open, month, panel)).toEqual([["2026-02-01", 20]]);
  });
  it("are months of month ends, and of last working days, in their quarters", () => {
    const ends: Row[] = ["2025-10-31", "2025-11-28", "2025-12-31", "2026-01-30", "2026-02-27"].map((time) => [time, 1]);
    const quarter: RowRules = { resample: { to: "P3M", by: "sum" } };
    for (const interval of ["P1M@B", "P1M"])
      expect(resampled(ends, quarter, { oldest: "2025-10-31", newest: "2026-02-27", interval })).toEqual([
        ["2025-10-01", 3],
        ["2026-01-01", null],
      ]);
    expect(
      resampled(ends.slice(1), quarter, { oldest: "2025-11-28", newest: "2026-02-27", interval: "P1M@B" }),
    ).toEqual([["2026-01-01", null]]);
  });
});

describe("together with the other rules", () => {
  const panel = { oldest: "2026-01-01", newest: "2026-01-25" };
  const sales: Row[] = [
    ["2026-01-06", 4],
    ["2026-01-06", 2],
    ["2026-01-20", 5],
  ];
  const rules: RowRules = {
    duplicates: "sum",
    fill: { value: "zero", until: "panel" },
    resample: { to: "P7D", by: "sum" },
  };
  it("sums days with and without a sale, up to the table's newest whole week", () => {
    expect(resampled(sales, rules, panel)).toEqual([
      ["2026-01-05", 6],
      ["2026-01-12", 0],
      ["2026-01-19", 5],
    ]);
  });
  it("fills weeks in where times keep no interval", () => {
    expect(resampled(sales, rules, { ...panel, interval: null })).toEqual([
      ["2026-01-05", 6],
      ["2026-01-12", 0],
      ["2026-01-19", 5],
    ]);
    expect(resampled(sales.slice(0, 2), rules, { ...panel, interval: null, newest: "2026-01-24" })).toEqual([
      ["2026-01-05", 6],
      ["2026-01-12", 0],
    ]);
  });
  it("counts the newest of rows that came after the snapshot, such as those of a request, as the table's", () => {
    const { columns } = resampleNewer(
      completion(rules, { ...panel, newest: "2026-01-18", interval: "P1D" }),
      batchOf(days("2026-01-19", "2026-02-03", () => 1)),
    );
    expect(columns.qty?.values).toEqual(Float64Array.of(7, 7, NaN));
  });
  it("leaves rows with a repeated or missing time as they are: training names the error", () => {
    expect(resampled(sales, week("sum"), panel)).toEqual(sales.map(([time, qty]) => [time, qty]));
  });
  it("keeps every bin of a table without the target, such as one of the future", () => {
    const { columns } = batchOf(days("2026-01-21", "2026-02-01", () => 1));
    const { qty: _, ...others } = columns;
    const query = { table: "PLAN", keyColumns: ["sku"], ...week("sum") };
    const { batch } = resampleRows(
      {
        query,
        timeColumn: "day",
        panel: { oldest: day("2026-01-21"), newest: day("2026-02-01"), interval: "P1D", later: 0, repeated: 0 },
      },
      { batch: { length: 12, columns: others }, offsets: Int32Array.of(0, 12) },
    );
    expect(Array.from(batch.columns.day?.values as Float64Array, text)).toEqual(["2026-01-19", "2026-01-26"]);
  });
});
