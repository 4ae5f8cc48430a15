import { expect, it } from "vitest";
import { compareTables } from "../../../src/dashboard/compare/compare-view.ts";
import { partitionsHead } from "../../../src/dashboard/partitions/partition-view.ts";
import type { RunTable } from "../../../src/dashboard/partitions/run-table.ts";
import { TableCache } from "../../../src/dashboard/partitions/table-cache.ts";
import { body, dailyQuery, fillDaily, openWorkspace } from "../../workspace.ts";

/** Returns two runs of 30 partitions with these errors, compared. */
async function compared(a: Record<string, number>, b: Record<string, number>) {
  const mm = await openWorkspace("memory");
  await fillDaily(mm, 30, 4);
  const cache = new TableCache(mm.engine);
  const table = async (modelRunId: string, errors: Record<string, number>) => {
    const options = { dataQuery: dailyQuery, mode: "local", modelRunId, exports: { errors } } as const;
    await mm.foreachPartition("unit_id").dopar(body("scored"), options);
    return [modelRunId, ((await cache.get(modelRunId, 60_000)) as RunTable).search.table] as const;
  };
  return compareTables(await table("a", a), await table("b", b), "mase");
}

const units = Array.from({ length: 30 }, (_, i) => `U${String(i).padStart(2, "0")}`);
const errors = (of: (i: number) => number) => Object.fromEntries(units.map((unit, i) => [unit, of(i)]));

it("has all on its axes where nothing is far", async () => {
  const { axis, pairsBeyond, changesBeyond, histogram, dots } = await compared(
    errors((i) => 1 + i / 30),
    errors((i) => 2 - i / 30),
  );
  expect(axis).toEqual([0, 2]);
  expect([pairsBeyond, changesBeyond, dots.length]).toEqual([0, 0, 30]);
  expect(histogram.to).toBe(1);
});

it("counts values beyond its axes, and has them among the dots", async () => {
  const { axis, pairsBeyond, changesBeyond, histogram, dots } = await compared(
    errors((i) => (i === 7 ? 1e9 : 1 + i / 100)),
    errors(() => 1),
  );
  expect(axis).toEqual([0, 1.29]);
  expect([pairsBeyond, changesBeyond, dots.length]).toEqual([1, 1, 30]);
  expect(dots).toContainEqual(expect.objectContaining({ key: "s:U07", text: "U07", a: 1e9, b: 1 }));
  expect(histogram.to).toBeCloseTo(0.29, 12);
});

it("calls a higher value better where the metric says so", async () => {
  const mm = await openWorkspace("memory");
  await fillDaily(mm, 3, 4);
  const cache = new TableCache(mm.engine);
  const table = async (modelRunId: string, values: Record<string, number>) => {
    const options = { dataQuery: dailyQuery, mode: "local", modelRunId, exports: { values } } as const;
    await mm.foreachPartition("unit_id").dopar(body("scored-classes"), options);
    return (await cache.get(modelRunId, 60_000)) as RunTable;
  };
  const [a, b] = [
    await table("a", { U00: 0.9, U01: 0.6, U02: 0.8 }),
    await table("b", { U00: 0.7, U01: 0.75, U02: 0.8 }),
  ];
  const { metrics } = a.manifest.definition;
  for (const metric of ["auc", "lift"]) {
    const { better, wins, losses, ties, best, worst } = await compareTables(
      ["a", a.search.table],
      ["b", b.search.table],
      metric,
      metrics,
    );
    expect([better, wins, losses, ties]).toEqual(["higher", 1, 1, 1]);
    expect([best.map(({ text }) => text), worst.map(({ text }) => text)]).toEqual([["U01"], ["U00"]]);
  }
  expect(partitionsHead("a", a).higherBetter).toEqual(["holdout_auc", "lift"]);
});

it("says of how many partitions it compares nothing, and how many of them failed", async () => {
  const some = errors((i) => 1 + i / 30);
  const others = errors((i) => (i < 24 ? 1 : -1));
  const { wins, losses, ties, uncompared } = await compared(some, others);
  expect(wins + losses + ties).toBe(24);
  expect(uncompared).toEqual({ count: 6, failedA: 0, failedB: 6 });
});

it("draws those that changed most where not all are drawn", async () => {
  const changed = { a: errors(() => 1), b: errors((i) => (i === 13 ? 0.5 : 1)) };
  const { dots, best } = await compared(changed.a, changed.b);
  expect(best.map(({ text }) => text)).toEqual(["U13"]);
  expect(dots).toContainEqual(expect.objectContaining({ key: "s:U13", text: "U13", a: 1, b: 0.5 }));
  expect(new Set(dots.map(({ key }) => key)).size).toBe(dots.length);
});
