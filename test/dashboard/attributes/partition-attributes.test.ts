import { expect, it } from "vitest";
import { stagePath } from "../../../src/core/stage-path.ts";
import { PartitionAttributes } from "../../../src/dashboard/attributes/partition-attributes.ts";
import { putJson } from "../../../src/stages/json.ts";
import { fillTable, openWorkspace } from "../../workspace.ts";
import { plainTable } from "../plain-table.ts";

it.each(["memory", "local"] as const)("joins attributes to the rows of a table, on the %s engine", async (engine) => {
  const mm = await openWorkspace(engine);
  const attributes = new PartitionAttributes(mm.engine);
  await putJson(mm.engine.stage, stagePath.attributes, { snapshot: "1", attributes: [] });
  const table = plainTable(["s:a", "s:b", "s:c", "s:new"], { holdout_mae: [1, 2, 3, 4] });
  expect(await attributes.of(table)).toEqual({ attributes: [], value: null });
  const columns = [
    { name: "PARTITION_KEY", type: "string" },
    { name: "sku", type: "string" },
    { name: "rank", type: "integer" },
    { name: "UNIT_VALUE", type: "number" },
  ] as const;
  await fillTable(
    mm,
    "PARTITION_ATTRIBUTES",
    [...columns],
    [
      ["s:c", "c", 10n, 0.5],
      ["s:a", "a", 2n, 3],
      ["s:b", "b", 10n, null],
      ["s:gone", "d", 10n, 1],
    ],
  );
  await putJson(mm.engine.stage, stagePath.attributes, { snapshot: "2", attributes: ["rank"] });
  const { attributes: named, value } = await attributes.of(table);
  // The sku tells all partitions apart, so it is no group; ranks are in the order of their numbers.
  expect(named).toEqual([{ name: "rank", values: ["2", "10", null], codes: Uint32Array.of(0, 1, 1, 2) }]);
  expect([...(value ?? [])]).toEqual([3, Number.NaN, 0.5, Number.NaN]);
  // Another process reads the form that this one stored, and the table again once its state is another.
  const { source, stage, output } = mm.engine;
  let reads = 0;
  const other = new PartitionAttributes({
    ...{ source, stage },
    output: {
      ...output,
      published: (...asked) => {
        reads++;
        return output.published(...asked);
      },
    },
  });
  expect(await other.of(table)).toEqual({ attributes: named, value });
  expect(reads).toBe(0);
  await putJson(mm.engine.stage, stagePath.attributes, { snapshot: "3", attributes: ["rank"] });
  expect(await other.of(table)).toEqual({ attributes: named, value });
  expect(reads).toBe(1);
});
