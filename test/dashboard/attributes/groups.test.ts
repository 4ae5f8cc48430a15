import { expect, it } from "vitest";
import { groupsOf } from "../../../src/dashboard/attributes/groups.ts";
import { PartitionSearch } from "../../../src/dashboard/partitions/partition-search.ts";
import { plainTable } from "../plain-table.ts";

function searched() {
  const search = new PartitionSearch(
    plainTable(["a", "b", "c"], { holdout_mae: [10, 1, Number.NaN], holdout_wape: [10, 50, Number.NaN] }),
  );
  search.attributes = {
    attributes: [
      { name: "category", values: ["Toys", null], codes: Uint32Array.of(0, 1, 0) },
      { name: "store", values: ["B", "K"], codes: Uint32Array.of(0, 0, 1) },
    ],
    value: Float64Array.of(2, 100, 1),
  };
  return search;
}

it("rolls partitions up by an attribute, what loses most first", async () => {
  const { by, groups } = await groupsOf(searched(), {}, "CATEGORY");
  expect(by).toBe("category");
  // By hand: b loses 1 unit worth 100 of 2, a loses 10 worth 2 each of 100; c has no holdout.
  expect(groups).toEqual([
    { value: null, partitions: 1, failed: 0, scored: 1, wape: 50, lostUnits: 1, lostValue: 100, units: 2 },
    { value: "Toys", partitions: 2, failed: 0, scored: 1, wape: 10, lostUnits: 10, lostValue: 20, units: 100 },
  ]);
  const toys = await groupsOf(searched(), { attributes: { category: "Toys" } }, "store");
  expect(toys.groups.map(({ value, partitions }) => [value, partitions])).toEqual([
    ["B", 1],
    ["K", 1],
  ]);
  await expect(groupsOf(searched(), {}, "region")).rejects.toThrow(
    'no attribute "region" to group by; there is category, store',
  );
});

it("sorts by the value that is lost, and filters by attributes", async () => {
  const search = searched();
  expect(search.metrics[0]).toBe("lost_value");
  const { rows } = await search.find({ sort: "lost_value", descending: true }, 0, 3);
  expect([...rows]).toEqual([1, 0, 2]);
  expect((await search.find({ attributes: { category: "Toys", store: "K" } }, 0, 3)).matched).toBe(1);
  expect((await search.find({ attributes: { category: "" } }, 0, 3)).matched).toBe(1);
  await expect(search.find({ attributes: { region: "N" } }, 0, 1)).rejects.toThrow(
    'no attribute "region" to filter by',
  );
});
