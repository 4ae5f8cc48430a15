import assert from "node:assert/strict";
import { type Harness, type OpenEngine, onEngine } from "./harness.ts";
import { batch, COLUMNS, DAY, fill, ODD_KEYS, QUERY, type Row } from "./sales-rows.ts";

/** Checks how an engine writes and publishes tables of results. */
export function outputContract(harness: Harness, open: OpenEngine): void {
  harness.describe("output", () => {
    const test = onEngine(harness, open);
    test("publishing replaces its owner's rows and nobody else's; unpublished parts are not seen", async (engine) => {
      const { source, output } = engine;
      await fill(engine, [["a", 1, 1, null, null]], "SALES", "one");
      await fill(engine, [["b", 1, 1, null, null]], "SALES", "two");
      await output.write("SALES", batch([["ghost", 1, 1, null, null]]));
      await output.publish("SALES", "two", [await output.write("SALES", batch([["c", 1, 1, null, null]]))]);
      const snapshot = await source.snapshot(QUERY);
      assert.deepEqual(await source.keys(snapshot, 0, 9), [["a"], ["c"]]);
    });
    test("gives columns of what an owner, or everybody, has published, without rows that lack the first", async (engine) => {
      const { output } = engine;
      await fill(engine, [["a", 1, 1.5, true, null]], "SALES", "one");
      await fill(
        engine,
        [
          ["b", 2, null, null, "x"],
          [null, 3, 3, false, "y"],
        ],
        "SALES",
        "two",
      );
      await output.write("SALES", batch([["ghost", 1, 1, null, "z"]]));
      const read = await output.published("SALES", null, ["ID", "DAY", "Y", "NOTE"]);
      const rows = Array.from({ length: read.length }, (_, row) =>
        Object.values(read.columns).map(({ values }) => values[row] ?? null),
      );
      assert.deepEqual(
        rows.sort((x, y) => (String(x[0]) < String(y[0]) ? -1 : 1)),
        [
          ["a", DAY, 1.5, null],
          ["b", 2 * DAY, NaN, "x"],
        ],
      );
      assert.deepEqual((await output.published("SALES", "two", ["NOTE"])).columns.NOTE?.values, ["x", "y"]);
      for (const nothing of [
        await output.published("SALES", "three", ["ID"]),
        await output.published("SALES", null, ["ID", "NONE"]),
        await output.published("NONE", null, ["ID"]),
      ])
        assert.deepEqual(nothing, { length: 0, columns: {} });
    });
    test("carries some of an owner's rows over into another part, with other values", async (engine) => {
      const { source, output } = engine;
      const { carry } = output;
      const rows: Row[] = ODD_KEYS.map((key, i) => [key, i, i, i % 2 === 0, key === null ? null : "old"]);
      await fill(engine, rows, "SALES", "one");
      await fill(engine, [["a,b", 1, 100, true, "another's"]], "SALES", "two");
      const values = ODD_KEYS.filter((key, i) => key !== null && i % 3 === 0) as string[];
      const part = await carry("SALES", "one", { column: "ID", values: [...values, "not there"] }, { NOTE: "new" });
      assert.equal(part.rows, values.length);
      const snapshot = await source.snapshot(QUERY);
      assert.equal(snapshot.rows, rows.length + 1, "not visible before it is published");
      await output.publish("SALES", "one", [part, await output.write("SALES", batch([["more", 1, 7, null, null]]))]);
      const left = await output.published("SALES", "one", ["ID", "Y", "PROMO", "NOTE"]);
      const cells = Array.from({ length: left.length }, (_, row) =>
        Object.values(left.columns).map(({ values }) => values[row] ?? null),
      );
      const expected = ODD_KEYS.flatMap((key, i) =>
        key !== null && i % 3 === 0 ? [[key, i, Number(i % 2 === 0), "new"]] : [],
      );
      const order = (x: unknown[], y: unknown[]) => (String(x[0]) < String(y[0]) ? -1 : 1);
      assert.deepEqual(cells.sort(order), [...expected, ["more", 7, 2, null]].sort(order));
      assert.equal((await carry("SALES", "one", { column: "ID", values: [] }, {})).rows, 0);
    });
    test("creating a table that exists leaves it alone; result views cannot be tables", async (engine) => {
      const { output, tables } = engine;
      await fill(engine, [["a", 1, 1, null, null]]);
      assert.equal(await output.create("SALES", COLUMNS), false);
      assert.deepEqual(
        (await tables.list()).find(({ name }) => name === "SALES"),
        { name: "SALES", rows: 1 },
      );
      await assert.rejects(output.create("MODEL_INDEX", COLUMNS), { kind: "conflict" });
    });
  });
}
