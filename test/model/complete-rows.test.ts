import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { random } from "../../packages/forecast/src/stats/random.ts";
import type { ColumnBatch } from "../../src/core/columns/column.ts";
import type { RowRules } from "../../src/core/run.ts";
import type { Completion } from "../../src/model/complete-rows.ts";
import { completePartition } from "../../src/table-function/complete-partition.ts";
import { PYTHON } from "../snowflake/python.ts";

const DAY = 86_400_000;

/** A day of sales: the day, what was sold, whether there was a promotion, the price, a note. */
type Sale = [day: number, qty: number | null, promo: number | null, price: number, note: string];

function batch(rows: readonly Sale[]): ColumnBatch {
  const numbers = (i: 1 | 2 | 3) => Float64Array.from(rows, (row) => row[i] ?? Number.NaN);
  return {
    length: rows.length,
    columns: {
      day: { type: "date", values: Float64Array.from(rows, ([day]) => day * DAY) },
      qty: { type: "number", values: numbers(1) },
      promo: { type: "number", values: numbers(2) },
      price: { type: "number", values: numbers(3) },
      note: { type: "string", values: rows.map((row) => row[4]) },
    },
  };
}

const completion = (rules: RowRules, newestDay: number, interval: string | null = "P1D"): Completion => ({
  query: { table: "SALES", keyColumns: ["sku"], orderBy: ["day"], target: "qty", ...rules },
  timeColumn: "day",
  panel: { newest: newestDay * DAY, interval, later: 0, repeated: 0 },
});

function completed(rows: readonly Sale[], rules: RowRules, newestDay: number, interval?: string | null): Sale[] {
  const out = completePartition(completion(rules, newestDay, interval), batch(rows));
  const values = (name: string) => out.columns[name]?.values as Float64Array;
  return Array.from({ length: out.length }, (_, i) => [
    (values("day")[i] as number) / DAY,
    ...(["qty", "promo", "price"] as const).map((name) => {
      const value = values(name)[i] as number;
      return Number.isNaN(value) ? null : value;
    }),
    out.columns.note?.values[i],
  ]) as Sale[];
}

describe("filling rows in", () => {
  const rows: Sale[] = [
    [1, 4, 1, 9.5, "a"],
    [3, null, 0, 9, "b"],
    [4, 2, 0, 8, "c"],
  ];
  it("gives 0 for days without a row, up to the panel's newest day, and never for a missing value", () => {
    expect(completed(rows, { fill: { value: "zero", until: "panel" } }, 6)).toEqual([
      [1, 4, 1, 9.5, "a"],
      [2, 0, 0, 9.5, "a"],
      [3, null, 0, 9, "b"],
      [4, 2, 0, 8, "c"],
      [5, 0, 0, 8, "c"],
      [6, 0, 0, 8, "c"],
    ]);
  });
  it("ends with the series where that is asked for", () => {
    expect(completed(rows, { fill: { value: "zero", until: "series" } }, 6).map(([day]) => day)).toEqual([1, 2, 3, 4]);
  });
  it("keeps planned rows, and fills none between them", () => {
    const planned: Sale[] = [...rows, [9, null, 1, 7, "plan"]];
    expect(completed(planned, { fill: { value: "zero", until: "panel" } }, 5).map(([day, qty]) => [day, qty])).toEqual([
      [1, 4],
      [2, 0],
      [3, null],
      [4, 2],
      [5, 0],
      [9, null],
    ]);
  });
  it("carries the value before forward", () => {
    expect(completed(rows, { fill: { value: "forward", until: "panel" } }, 5).map(([, qty]) => qty)).toEqual([
      4,
      4,
      null,
      2,
      2,
    ]);
  });
  it("takes the panel's interval, of which a sparse series knows nothing", () => {
    const sparse: Sale[] = [
      [1, 4, 0, 1, ""],
      [8, 2, 0, 1, ""],
    ];
    expect(completed(sparse, { fill: { value: "zero", until: "panel" } }, 8).map(([, qty]) => qty)).toEqual([
      ...[4, 0, 0, 0, 0, 0, 0, 2],
    ]);
    expect(completed([[2, 5, 0, 1, ""]], { fill: { value: "zero", until: "panel" } }, 4).map(([, qty]) => qty)).toEqual(
      [...[5, 0, 0]],
    );
  });
  it("leaves a series as it is whose times are off the interval, or missing", () => {
    const off: Sale[] = [
      [1, 4, 0, 1, ""],
      [1.5, 2, 0, 1, ""],
    ];
    expect(completed(off, { fill: { value: "zero", until: "panel" } }, 8)).toEqual(off);
    const undated: Sale[] = [
      [Number.NaN, 4, 0, 1, ""],
      [3, 2, 0, 1, ""],
    ];
    expect(completed(undated, { fill: { value: "zero", until: "panel" }, duplicates: "sum" }, 8)).toEqual(undated);
  });
});

describe("rows of the same time", () => {
  const rows: Sale[] = [
    [1, 4, 0, 9, "a"],
    [1, null, 1, 8, "b"],
    [1, 6, 0, 7, "c"],
    [2, null, 0, 7, "d"],
    [2, null, 0, 6, "e"],
  ];
  it.each<[NonNullable<RowRules["duplicates"]>, Sale[]]>([
    [
      "sum",
      [
        [1, 10, 1, 7, "c"],
        [2, null, 0, 6, "e"],
      ],
    ],
    [
      "mean",
      [
        [1, 5, 1, 7, "c"],
        [2, null, 0, 6, "e"],
      ],
    ],
    [
      "max",
      [
        [1, 6, 1, 7, "c"],
        [2, null, 0, 6, "e"],
      ],
    ],
    [
      "min",
      [
        [1, 4, 1, 7, "c"],
        [2, null, 0, 6, "e"],
      ],
    ],
    [
      "first",
      [
        [1, 4, 0, 9, "a"],
        [2, null, 0, 7, "d"],
      ],
    ],
    [
      "last",
      [
        [1, 6, 0, 7, "c"],
        [2, null, 0, 6, "e"],
      ],
    ],
  ])("become one by %s", (duplicates, expected) => {
    expect(completed(rows, { duplicates }, 2)).toEqual(expected);
  });
  it.each(["fail", "keep"] as const)("stay as they are by %s", (duplicates) => {
    expect(completed(rows, { duplicates }, 2)).toEqual(rows);
  });
});

const PANDAS = `
import json, sys
import pandas as pd
for line in sys.stdin:
    case = json.loads(line)
    frame = pd.DataFrame(case["rows"], columns=["day", "qty"])
    grouped = frame.groupby("day")["qty"]
    how = case["duplicates"]
    merged = grouped.sum(min_count=1) if how == "sum" else grouped.agg(how)
    index = pd.RangeIndex(frame["day"].min(), max(case["newest"], frame["day"].max()) + 1)
    filled = merged.reindex(index)
    absent = ~index.isin(merged.index) & (index <= case["newest"])
    if case["fill"] == "zero":
        filled[absent] = 0
    else:
        for day in index[absent]:
            filled[day] = filled[day - 1]
    filled = filled[index.isin(merged.index) | absent]
    print(json.dumps([[int(day), None if pd.isna(value) else value] for day, value in filled.items()]))
`;

describe.skipIf(PYTHON === undefined)("beside pandas (needs Python with pandas)", () => {
  it("gives the same rows for panels drawn at random", () => {
    const uniform = random(7);
    const cases = Array.from({ length: 200 }, () => {
      const rows = Array.from({ length: 1 + Math.floor(uniform() * 12) }, (): [number, number | null] => [
        Math.floor(uniform() * 15),
        uniform() < 0.2 ? null : Math.floor(uniform() * 9),
      ]).sort(([a], [b]) => a - b);
      return {
        rows,
        newest: 5 + Math.floor(uniform() * 15),
        duplicates: (["sum", "mean", "max", "min"] as const)[Math.floor(uniform() * 4)] ?? "sum",
        fill: (["zero", "forward"] as const)[Math.floor(uniform() * 2)] ?? "zero",
      };
    });
    const { stdout, stderr } = spawnSync(PYTHON ?? "", ["-c", PANDAS], {
      input: cases.map((one) => `${JSON.stringify(one)}\n`).join(""),
      encoding: "utf8",
    });
    expect(stderr).toBe("");
    const ours = cases.map(({ rows, newest, duplicates, fill }) =>
      completed(
        rows.map(([day, qty]): Sale => [day, qty, 0, 1, ""]),
        { duplicates, fill: { value: fill, until: "panel" } },
        newest,
      ).map(([day, qty]) => [day, qty]),
    );
    expect(ours).toEqual(
      stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as unknown),
    );
  });
});
