import assert from "node:assert/strict";
import { type Harness, type OpenEngine, onEngine } from "./harness.ts";

/** Checks how an engine finds and deletes stored data that no table shows. */
export function leftoversContract(harness: Harness, open: OpenEngine): void {
  harness.describe("leftovers", () => {
    const test = onEngine(harness, open);
    test("lists and erases snapshots and parts that were never published", async ({ source, output, leftovers }) => {
      await output.create("T", [{ name: "ID", type: "string" }]);
      const rows = { length: 1, columns: { ID: { type: "string", values: ["a"] } } } as const;
      await output.publish("T", "o", [await output.write("T", rows)]);
      const snapshot = await source.snapshot({ table: "T", keyColumns: ["ID"] });
      await output.write("T", rows);
      const items = await leftovers.stored();
      assert.deepEqual(items.map(({ kind }) => kind).sort(), ["part", "snapshot"]);
      assert.equal(items.find(({ kind }) => kind === "snapshot")?.id, snapshot.id);
      await leftovers.erase(items);
      assert.deepEqual(await leftovers.stored(), []);
      assert.equal((await source.snapshot({ table: "T", keyColumns: ["ID"] })).rows, 1);
    });
  });
}
