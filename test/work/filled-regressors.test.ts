import { writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { snapshotIds } from "../../src/core/run.ts";
import { findGarbage } from "../../src/pipeline/garbage.ts";
import { openWorkspace, temporaryFolder } from "../workspace.ts";

const YAML = `source:
  { table: SALES, partition_by: sku, order_by: day, target: qty, interval: P1D, fill: zero }
model: mean
train: { mode: local, horizon: 1, holdout: 0 }
batch: { future_table: AHEAD }
`;

/** Of B the 2nd is absent in both tables, and of A the 3rd has a plan without a price. */
const SALES = `sku,day,qty,promo,price,note
A,2026-01-01,4,0,9.5,a
A,2026-01-04,2,1,8,b
B,2026-01-01,1,0,3,c
B,2026-01-03,5,0,4,d
`;
const AHEAD = `sku,day,promo,price,note
A,2026-01-02,1,7.5,sale
A,2026-01-03,1,,
A,2026-01-05,0,8,
B,2026-01-04,1,2.5,end
B,2026-01-05,0,4,
`;

async function open(ahead = AHEAD) {
  const mm = await openWorkspace("local", YAML);
  const folder = await temporaryFolder();
  const load = async (table: string, text: string) => {
    const file = path.join(folder, `${table}.csv`);
    await writeFile(file, text);
    await mm.tables.import(file, { table, replace: true });
  };
  await load("SALES", SALES);
  await load("AHEAD", ahead);
  return { mm, load };
}

describe("rows that are filled in", () => {
  it("have the regressors of the table of the future", async () => {
    const { mm } = await open();
    const { source } = mm.engine;
    const snapshot = await mm.snapshot();
    const { batch, offsets } = await source.read(snapshot, [1, 0]);
    expect(Array.from(offsets)).toEqual([0, 4, 8]);
    const values = (name: string): unknown[] => [...(batch.columns[name]?.values ?? [])];
    expect(values("qty")).toEqual([1, 0, 5, 0, 4, 0, 0, 2]);
    expect(values("promo")).toEqual([0, 0, 0, 1, 0, 1, 1, 1]);
    // The price of A on the 3rd is missing ahead, so that it is the price of the row before.
    expect(values("price")).toEqual([3, 3, 4, 2.5, 9.5, 7.5, 7.5, 8]);
    expect(values("note")).toEqual(["c", "c", "d", "end", "a", "sale", "sale", "b"]);
  });

  it("are trained, and scored, from the table as it was pinned", async () => {
    const { mm, load } = await open();
    const run = await mm.train();
    const ids = snapshotIds(run.manifest.snapshot);
    expect(ids).toHaveLength(2);
    await mm.models.register({ run });
    expect(await mm.score()).toMatchObject({ ok: 2 });
    const garbage = await findGarbage(mm.engine, 0);
    expect(garbage.filter(({ what }) => what === "snapshot")).toEqual([]);
    await load("AHEAD", AHEAD.replace("7.5", "6.5"));
    const before = await mm.engine.source.read(run.manifest.snapshot, [0]);
    expect([...(before.batch.columns.price?.values ?? [])]).toEqual([9.5, 7.5, 7.5, 8]);
    const now = await mm.snapshot();
    expect(now.id).toBe(ids[0]);
    expect(snapshotIds(now)).not.toEqual(ids);
  });

  it("cannot have the regressors of a table with other types", async () => {
    const { mm } = await open(AHEAD.replace("7.5", "cheap"));
    await expect(mm.snapshot()).rejects.toThrow(
      "source.fill takes price of AHEAD where SALES has no row, but it holds strings, and price of SALES holds numbers; the types must agree",
    );
  });
});
