import { writeFile } from "node:fs/promises";
import path from "node:path";
import type { ManyModel } from "manymodel";
import { describe, expect, it } from "vitest";
import { seriesDetail } from "../../src/dashboard/series/series-view.ts";
import { inProcessWorkers } from "../../src/engines/memory/workers.ts";
import { EVERY_ENGINE } from "../every-engine.ts";
import { serve } from "../serving/serving.ts";
import { temporaryFolder } from "../workspace.ts";

const day = (n: number) => new Date(Date.UTC(2026, 0, n)).toISOString().slice(0, 10);
const days = (sku: string, store: string, from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => `${sku},${store},${day(from + i)},${from + i}`);

/** In store N, B ended on the 5th, and has a plan; C ends 10 days before A, the newest. Store S has newer rows. */
const SALES = [
  "sku,store,day,qty",
  ...days("A", "N", 1, 20),
  ...days("B", "N", 1, 5),
  `B,N,${day(30)},`,
  ...days("C", "N", 1, 10),
  ...days("X", "S", 1, 28),
].join("\n");

const yaml = (source: string, within = "10d") => `source:
${source}
  partition_by: sku
  order_by: day
  target: qty
  interval: P1D
  fill: zero
  active: { within: ${within} }
model: mean
train: { mode: local, horizon: 2, holdout: 0 }
batch: { levels: [80] }
`;

async function openSales(open: (yaml: string) => Promise<ManyModel>, text: string): Promise<ManyModel> {
  const mm = await open(text);
  // The driver of the account's local server cannot read from a thread.
  Object.assign(mm.engine, { workers: inProcessWorkers() });
  const file = path.join(await temporaryFolder(), "sales.csv");
  await writeFile(file, SALES);
  await mm.tables.import(file, { table: "SALES" });
  return mm;
}

const statuses = async (mm: ManyModel, table: string) => {
  const sql = `SELECT PARTITION_KEY, STATUS, COUNT(STEP), COUNT(FORECAST), COUNT(*) FROM ${table} GROUP BY PARTITION_KEY, STATUS ORDER BY 1, 2`;
  return (await mm.tables.query(sql)).rows.map(([key, status, ...counts]) => [key, status, ...counts.map(Number)]);
};

describe.each(EVERY_ENGINE)("on %s", (name, missing, open) => {
  it.skipIf(missing !== undefined)("forecasts the series of a condition that have not ended", async () => {
    const mm = await openSales(open, yaml("  table: SALES\n  where: store = 'N' -- the north"));
    const run = await mm.train();
    expect(run.manifest.snapshot).toMatchObject({ partitions: 2, ended: 1, rows: 30 });
    const trained = await mm.tables.query("SELECT PARTITION_KEY, N_OBS FROM TRAINING_RESULTS ORDER BY PARTITION_KEY");
    // C is filled to the newest day of store N.
    expect(trained.rows.map(([key, rows]) => [key, Number(rows)])).toEqual([
      ["s:A", 20],
      ["s:C", 20],
    ]);
    await mm.models.register({ run });
    expect(await mm.score()).toMatchObject({ partitions: 3, ok: 2, noModel: 0, ended: 1, rows: 5 });
    const expected = [
      ["s:A", "OK", 2, 2, 2],
      ["s:B", "ENDED", 0, 0, 1],
      ["s:C", "OK", 2, 2, 2],
    ];
    expect(await statuses(mm, "FORECAST_RESULTS")).toEqual(expected);
    expect(await statuses(mm, "FORECASTS")).toEqual(expected);
    const monitored = await mm.monitor();
    expect(monitored).toMatchObject({ partitions: 3, offenders: [], reasons: { "no-data: ended": 1 } });
    const ended = {
      status: "ENDED",
      errorType: "ended",
      errorMessage: "the series has ended: its newest observation is of 2026-01-05 (source.active)",
    };
    expect(await mm.forecast("MANY_MODEL_FORECAST", "B")).toMatchObject({ ...ended, partitionKey: "s:B", mean: [] });
    await expect(mm.forecast("MANY_MODEL_FORECAST", "X")).rejects.toThrow('has no partition "X"');
    await expect(seriesDetail(mm.engine, run.runId, "s:B")).rejects.toThrow(`"s:B": ENDED, ${ended.errorMessage}`);
    if (name === "local") {
      const { ask } = await serve(mm);
      const { body } = await ask("POST /v1/models/MANY_MODEL_FORECAST/V1/predict", { keys: ["A", "B", "X"] });
      expect(body.predictions).toMatchObject([{ status: "OK" }, ended, { status: "NO_MODEL" }]);
    }
    await expect(mm.train("mean", { keys: ["B"] })).rejects.toThrow(/partition sku = "B" has ended \(source.active\)/i);
  });

  it.skipIf(missing !== undefined)("reads a query in place of a table, and quotes the database's refusal", async () => {
    const query = "  query: |\n    SELECT sku, day, 2 * qty AS qty FROM SALES WHERE store = 'N'; ";
    const mm = await openSales(open, yaml(query, "P30D"));
    const { manifest } = await mm.train();
    expect(manifest.snapshot).toMatchObject({ partitions: 3, ended: 0, rows: 36, query: { table: "source.query" } });
    await mm.models.register({ run: manifest.runId });
    expect(await mm.score()).toMatchObject({ ok: 3, inputTable: "source.query" });
    // The mean of 1 to 20, doubled.
    expect((await mm.forecast("MANY_MODEL_FORECAST", "A")).mean[0]).toBeCloseTo(21, 12);

    const source = { table: "SALES", partitionBy: "sku", orderBy: "day" };
    await expect(mm.snapshot({ ...source, where: "shop = 'N'" })).rejects.toMatchObject({
      kind: "config",
      message: expect.stringMatching(/^source\.where is refused by the database: .*shop/i),
    });
    const of = { partitionBy: "sku", query: "SELECT * FROM SALES" };
    await expect(mm.snapshot({ ...of, where: "qty / 'x' > 1" })).rejects.toThrow(/^source\.where is refused/);
    await expect(mm.snapshot({ ...of, query: "SELECT * FROM SALE", where: "qty > 1" })).rejects.toThrow(
      /^source\.query is refused by the database: .*SALE\b/i,
    );
    await expect(mm.snapshot({ ...of, query: "SELECT 1; SELECT 2" })).rejects.toThrow(/^source\.query is refused/);
    // The same condition gives the same snapshot; another is another one, though it selects the same rows.
    const [first, again, other] = [
      await mm.snapshot({ ...source, where: "store = 'S'" }),
      await mm.snapshot({ ...source, where: "store = 'S'" }),
      await mm.snapshot({ ...source, where: "store > 'N'" }),
    ];
    expect([first.id === again.id, first.id === other.id, first.rows, other.rows]).toEqual([true, false, 28, 28]);
  });
});
