import { expect, it } from "vitest";
import { batchNotes } from "../../../src/dashboard/series/batch-notes.ts";
import { seriesDetail } from "../../../src/dashboard/series/series-view.ts";
import { fillTable, openWorkspace } from "../../workspace.ts";

const DAY = 86_400_000;
const storeSales = new URL("../../../src/model/builtin/store-sales.ts", import.meta.url);
const exports = { target: "qty", time: "day", period: 7, holdout: 7, horizon: 3, regressors: ["promo"] };

/** Opens two stores of which only one had a promotion, with a promotion planned in both. */
async function promoted() {
  const mm = await openWorkspace(
    "local",
    "source: { table: SALES, partition_by: store, order_by: [store, day], target: qty }\nregister: { name: M }\n",
  );
  const columns = [
    { name: "store", type: "string" },
    { name: "day", type: "date" },
    { name: "qty", type: "number" },
    { name: "promo", type: "number" },
  ] as const;
  const rows = (from: number, to: number, planned: boolean) =>
    ["A", "B"].flatMap((store) =>
      Array.from({ length: to - from }, (_, i) => {
        const day = from + i;
        const promo = planned || (store === "A" && day % 5 === 0) ? 1 : 0;
        return [store, day * DAY, planned ? null : 20 + (day % 7) + 10 * promo + ((day * 7) % 3), promo];
      }),
    );
  await fillTable(mm, "SALES", [...columns], rows(0, 60, false));
  await fillTable(mm, "PLAN", [...columns], rows(60, 63, true));
  const run = await mm.foreachPartition("store").dopar(storeSales, { exports, modelRunId: "first", workers: 1 });
  await mm.registry.logManyModel({ name: "M", version: "V1", run, horizon: 3 });
  await mm.registry.runBatch({ model: "M", version: "V1", inputTable: "SALES", futureTable: "PLAN" });
  return mm;
}

it("the page of a series has the notes of its batch: a regressor that never varied in training", async () => {
  const mm = await promoted();
  const around = { advance: true, monitored: { status: "MONITOR_STATUS" }, forecasts: "FORECAST_RESULTS" };
  const notesOf = async (key: string) => {
    const detail = await seriesDetail(mm.engine, "first", key, around);
    return "notes" in detail ? detail.notes : [];
  };
  expect((await notesOf("s:B")).filter((note) => note.includes("FORECAST_RESULTS"))).toEqual([
    expect.stringMatching(/^M V1 in FORECAST_RESULTS: OK, unseen-regressor: promo was always 0 in training/),
  ]);
  expect((await notesOf("s:A")).filter((note) => note.includes("FORECAST_RESULTS"))).toEqual([]);
});

it("there are no notes without a table of forecasts, of another run, or in a table without typed notes", async () => {
  const mm = await promoted();
  expect(await batchNotes(mm.engine, "FORECAST_RESULTS", "first", "s:B")).toHaveLength(1);
  expect(await batchNotes(mm.engine, "FORECAST_RESULTS", "second", "s:B")).toEqual([]);
  expect(await batchNotes(mm.engine, "NONE", "first", "s:B")).toEqual([]);
  expect(await batchNotes(mm.engine, "SALES", "first", "s:B")).toEqual([]);
});

it("a series that has ended is one of which a batch says so", async () => {
  const mm = await promoted();
  const names = ["MODEL_NAME", "MODEL_VERSION", "PARTITION_KEY", "STATUS", "ERROR_TYPE", "ERROR_MESSAGE"] as const;
  const columns = names.map((name) => ({ name, type: "string" }) as const);
  await fillTable(mm, "LATER", columns, [["M", "V1", "s:B", "ENDED", null, null]]);
  expect(await batchNotes(mm.engine, "LATER", "first", "s:B")).toEqual(["M V1 in LATER: the series has ended"]);
});
