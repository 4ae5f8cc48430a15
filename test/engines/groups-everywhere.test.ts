import { writeFile } from "node:fs/promises";
import path from "node:path";
import type { ManyModel } from "manymodel";
import { describe, expect, it } from "vitest";
import { inProcessWorkers } from "../../src/engines/memory/workers.ts";
import { EVERY_ENGINE } from "../every-engine.ts";
import { temporaryFolder } from "../workspace.ts";

const day = (n: number) => new Date(Date.UTC(2026, 0, n)).toISOString().slice(0, 10);
/** Returns ten days of one level, then two days of the holdout. */
const sales = (sku: string, category: string, before: number, holdout: readonly number[], price: readonly string[]) =>
  [...Array.from({ length: 10 }, (_, i) => before + (i % 2 === 0 ? 1 : 0) - (i === 8 ? 1 : 0)), ...holdout].map(
    (qty, i) =>
      `${sku},${day(i + 1)},${qty},${category},${price[i < 6 ? 0 : i < 11 ? 1 : 2] ?? ""},${sku === "B" ? 3 : 2}`,
  );

/** The price of A rose, and its newest row has none; D has neither category nor price. */
const SALES = [
  "sku,day,qty,category,price,lead",
  ...sales("A", "x", 10, [12, 8], ["3", "5"]),
  ...sales("B", "x", 20, [30, 30], ["1", "1", "1"]),
  ...sales("C", "y", 4, [5, 5], ["2", "2", "2"]),
  ...sales("D", "", 1, [1, 1], []),
].join("\n");

const CONFIG = `source:
  table: SALES
  partition_by: sku
  order_by: day
  target: qty
  interval: P1D
  attributes: category
  value: price * 1
model: naive
train: { mode: local, horizon: 3, holdout: 2 }
batch: { levels: [80], lead_time: lead, service_level: 0.9 }
`;

async function openSales(open: (yaml: string) => Promise<ManyModel>): Promise<ManyModel> {
  const mm = await open(CONFIG);
  // The driver of the account's local server cannot read from a thread.
  Object.assign(mm.engine, { workers: inProcessWorkers() });
  const file = path.join(await temporaryFolder(), "sales.csv");
  await writeFile(file, SALES);
  await mm.tables.import(file, { table: "SALES" });
  return mm;
}

/** Returns the name of a column, in any case, with its role. */
const category = (group: Readonly<Record<string, string | null>>) => Object.values(group)[0];

describe.each(EVERY_ENGINE)("on %s", (_, missing, open) => {
  it.skipIf(missing !== undefined)("ranks, compares, adds up and orders by groups and value", async () => {
    const mm = await openSales(open);
    const run = await mm.train("naive", { runId: "naive" });
    // Errors of A are 2 and 2, of B 10 and 10, of C 1 and 1, of D none; sizes 10, 30, 5 and 1.
    const ranking = await mm.runs.rank("naive", { metric: "wape", group: "category" });
    expect(ranking.groups.map(({ group, value, usable }) => [category(group), value, usable])).toEqual([
      ["x", 30, 2],
      ["y", 20, 1],
      [null, 0, 1],
    ]);
    expect(ranking.all.value).toBeCloseTo((100 * 13) / 45, 10);
    // A unit of A is worth 5 by now: (2 · 5 + 10 · 1) of (10 · 5 + 30 · 1).
    const weighed = await mm.runs.rank("naive", { metric: "wape", group: "category", weighByValue: true });
    expect(weighed.groups[0]).toMatchObject({ value: 25, turnover: 80, worthOfError: 20 });
    const byValue = await mm.runs.rank("naive", { by: "value" });
    expect(byValue.ranked.map(({ partitionKey, worth }) => [partitionKey, worth])).toEqual([
      ["s:A", 10],
      ["s:B", 10],
      ["s:C", 2],
    ]);
    const some = await mm.runs.rank("naive", { where: "category = 'x' AND UNIT_VALUE > 1" });
    expect(some.ranked.map(({ partitionKey }) => partitionKey)).toEqual(["s:A"]);
    await expect(mm.runs.rank("naive", { group: "colour" })).rejects.toThrow(/"colour" is not an attribute.*category/i);

    await mm.train("mean", { runId: "mean" });
    const compared = await mm.runs.compare("naive", "mean", { metric: "mae", group: "category" });
    expect(compared.groups.map(({ group, partitions }) => [category(group), partitions]).sort()).toEqual(
      [
        [null, 1],
        ["x", 2],
        ["y", 1],
      ].sort(),
    );
    const champions = await mm.runs.champions({ runs: ["naive", "mean"], metric: "mae", group: "category" });
    expect(Object.values(champions.from).reduce((sum, count) => sum + count)).toBe(4);

    await mm.models.register({ run });
    await mm.score();
    const totals = await mm.totals({ group: "category", levels: [80] });
    const of = (name: string | null) => totals.filter(({ group }) => category(group) === name);
    expect(of("x").map(({ forecast, partitions, value }) => [forecast, partitions, value])).toEqual([
      [38, 2, 70],
      [38, 2, 70],
      [38, 2, 70],
    ]);
    expect(of(null).map(({ value }) => value)).toEqual([null, null, null]);
    const forecasts = await mm.tables.query("SELECT PARTITION_KEY, STEP, FORECAST, HI_80 FROM FORECASTS");
    const halves = forecasts.rows
      .filter(([key, step]) => (key === "s:A" || key === "s:B") && Number(step) === 2)
      .map(([, , mean, high]) => Number(high) - Number(mean));
    // Of naive errors: A and B have the same ten days, then A changes by 2 and −4, B by 10 and 0.
    const before = [-1, 1, -1, 1, -1, 1, -1, 0, 0];
    const [a, b] = [
      [...before, 2, -4],
      [...before, 10, 0],
    ];
    const product = (one: readonly number[], other: readonly number[]) =>
      one.reduce((sum, value, i) => sum + value * (other[i] ?? NaN), 0);
    const correlation = product(a, b) / Math.sqrt(product(a, a) * product(b, b));
    expect(of("x")[1]?.correlation).toBeCloseTo(correlation, 10);
    const [first = NaN, second = NaN] = halves;
    expect(of("x")[1]?.upper[0]).toBeCloseTo(
      38 + Math.sqrt(first ** 2 + second ** 2 + 2 * correlation * first * second),
      8,
    );
    expect((await mm.totals({ where: "category = 'y'" })).map(({ forecast }) => forecast)).toEqual([5, 5, 5]);

    const orders = await mm.tables.query(
      "SELECT PARTITION_KEY, LEAD_TIME, LEAD_DEMAND, ORDER_UP_TO, SAFETY_STOCK FROM FORECASTS WHERE STEP = LEAD_TIME ORDER BY 1",
    );
    expect(orders.rows.map(([key, lead, demand]) => [key, Number(lead), Number(demand)])).toEqual([
      ["s:A", 2, 16],
      ["s:B", 3, 90],
      ["s:C", 2, 10],
      ["s:D", 2, 2],
    ]);
    const { order } = await mm.forecast("MANY_MODEL_FORECAST", "A");
    expect(order).toEqual({
      leadTime: 2,
      demand: 16,
      orderUpTo: Number(orders.rows[0]?.[3]),
      safetyStock: Number(orders.rows[0]?.[4]),
    });
    await expect(mm.score({ leadTime: 4 })).rejects.toThrow(/lead_time is 4 steps, but the horizon is 3/);
  });
});
