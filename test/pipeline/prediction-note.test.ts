import { expect, it } from "vitest";
import { fillTable, openWorkspace } from "../workspace.ts";

const DAY = 86_400_000;
const COLUMNS = [
  { name: "SKU", type: "string" },
  { name: "DAY", type: "date" },
  { name: "QTY", type: "number" },
  { name: "PROMO", type: "number" },
] as const;

it.each(["memory", "local"] as const)("a prediction's note is in its rows, %s engine", async (engine) => {
  const mm = await openWorkspace(engine);
  const rows = (promoted: number) =>
    Array.from({ length: 93 }, (_, t) => ["A", t * DAY, t < 90 ? 50 + (t % 7) : null, Number(t === promoted)]);
  await fillTable(mm, "SALES", [...COLUMNS], rows(91));
  await fillTable(mm, "PLAIN", [...COLUMNS], rows(-1));
  const run = await mm
    .foreachPartition("unit_id")
    .dopar(new URL("../../dist/model/builtin/store-sales.js", import.meta.url), {
      dataQuery: { table: "SALES", keyColumn: "SKU", orderBy: ["DAY"] },
      exports: { target: "QTY", time: "DAY", period: 7, horizon: 3, holdout: 0, regressors: ["PROMO"] },
      mode: "local",
    });
  await mm.registry.logManyModel({ name: "M", version: "V1", run, horizon: 3 });
  const noted = async (inputTable: string) => {
    await mm.registry.runBatch({ model: "M", version: "V1", inputTable, outputTable: `F_${inputTable}` });
    const names = ["STATUS", "ERROR_TYPE", "ERROR_MESSAGE"];
    const { columns } = await mm.engine.output.published(`F_${inputTable}`, null, names);
    return names.map((name) => Array.from(new Set(columns[name]?.values as (string | null)[])));
  };
  expect(await noted("SALES")).toEqual([
    ["OK"],
    ["unseen-regressor"],
    ["PROMO was always 0 in training, so its effect is not known: its value 1 in step 2 changes nothing"],
  ]);
  expect(await noted("PLAIN")).toEqual([["OK"], [null], [null]]);
});
