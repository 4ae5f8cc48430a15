import assert from "node:assert/strict";
import { type Harness, type OpenEngine, onEngine } from "./harness.ts";

const text = (s: string) => new TextEncoder().encode(s);

/** Tests every stage. */
export function stageContract(harness: Harness, open: OpenEngine): void {
  harness.describe("stage", () => {
    const test = onEngine(harness, open);
    test("gives back what was put, byte for byte", async ({ stage }) => {
      const bytes = Uint8Array.from({ length: 300 }, (_, i) => i % 256);
      await stage.put("runs/a/x.bin", bytes);
      assert.deepEqual(new Uint8Array(await stage.get("runs/a/x.bin")), bytes);
    });
    test("replaces on a second put, and keeps no reference to the caller's bytes", async ({ stage }) => {
      const bytes = text("one");
      await stage.put("a", bytes);
      bytes[0] = 0;
      assert.deepEqual(new Uint8Array(await stage.get("a")), text("one"));
      await stage.put("a", text("two"));
      assert.deepEqual(new Uint8Array(await stage.get("a")), text("two"));
    });
    test("says which path is not there", async ({ stage }) => {
      await assert.rejects(stage.get("runs/none.json"), {
        name: "ManymodelError",
        kind: "not-found",
        message: /runs\/none\.json/,
      });
    });
    test("lists a prefix, sorted, and removes it", async ({ stage }) => {
      for (const path of ["runs/b/2", "runs/a/1", "runs/b/1", "other"]) await stage.put(path, text(path));
      assert.deepEqual(await stage.list("runs/b/"), ["runs/b/1", "runs/b/2"]);
      assert.deepEqual(await stage.list("none/"), []);
      assert.equal(await stage.remove("runs/b/"), 2);
      assert.deepEqual(await stage.list("runs/"), ["runs/a/1"]);
    });
    test("refuses paths that leave it", async ({ stage }) => {
      for (const path of ["../x", "a/../../x", "/etc/passwd", "a//b", "."])
        await assert.rejects(stage.put(path, text("x")), { name: "ManymodelError", kind: "usage" }, path);
    });
  });
}
