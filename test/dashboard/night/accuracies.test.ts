import { expect, it } from "vitest";
import { stagePath } from "../../../src/core/stage-path.ts";
import { Accuracies } from "../../../src/dashboard/night/accuracies.ts";
import { accuracyOf } from "../../../src/dashboard/night/run-accuracy.ts";
import { TableCache } from "../../../src/dashboard/partitions/table-cache.ts";
import { getJson, putJson } from "../../../src/stages/json.ts";
import { fillDaily, openWorkspace } from "../../workspace.ts";

const PATIENCE_MS = 60_000;

it("stores the accuracy of a run beside its table, and reads it without the table", async () => {
  const { engine, runId, path } = await openRun();
  const tables = new TableCache(engine);
  const table = await tables.get(runId, PATIENCE_MS);
  if (!("search" in table)) throw new Error("the table is not made");
  const accuracy = await new Accuracies(engine, tables).of(runId, PATIENCE_MS);
  expect(accuracy).toEqual(await accuracyOf(table.search.table));
  expect(accuracy).toMatchObject({ scored: 5, notValidated: 0 });

  class NoTables extends TableCache {
    override get(): never {
      throw new Error("the table was read");
    }
  }
  const again = new Accuracies(engine, new NoTables(engine));
  expect(await again.of(runId, PATIENCE_MS)).toEqual(accuracy);

  // What another version of the package stored in another form is worked out anew.
  await putJson(engine.stage, path, { formatVersion: 0, accuracy: { metric: "other" } });
  expect(await new Accuracies(engine, tables).of(runId, PATIENCE_MS)).toEqual(accuracy);
  expect(await getJson(engine.stage, path)).toMatchObject({ formatVersion: 1 });
});

async function openRun() {
  const mm = await openWorkspace(
    "memory",
    "source: { table: SALES, partition_by: UNIT_ID, order_by: OBS_DATE, target: Y }\ntrain: { holdout: 3, horizon: 3 }\n",
  );
  await fillDaily(mm, 5, 20);
  const { runId, index } = await mm.train("naive");
  return { engine: mm.engine, runId, path: `${stagePath.partitionTable(runId, index.sha256)}/accuracy.json` };
}
