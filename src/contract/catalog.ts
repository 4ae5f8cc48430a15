import assert from "node:assert/strict";
import type { IndexSummary, RunManifest } from "../core/run.ts";
import { type Harness, type OpenEngine, onEngine } from "./harness.ts";

const NOW = "2026-11-23T00:00:00.000Z";
const index: IndexSummary = { path: "p", sha256: "00", bytes: 1, segments: 1, succeeded: 2, failed: 1, skipped: 0 };

function manifest(runId: string): RunManifest {
  return {
    runId,
    createdAt: NOW,
    packageVersion: "0.0.0",
    mode: "tasks",
    keyArg: "unit_id",
    exports: { h: 1 },
    seed: 1,
    snapshot: {
      id: "s",
      fingerprint: "f",
      timeColumn: null,
      partitions: 3,
      rows: 9,
      columns: [],
      query: { table: "T", keyColumns: ["ID"] },
      keyColumns: [{ name: "ID", type: "string" }],
    },
    definition: { sha256: "00", name: "d", predicts: true },
    partitions: 3,
    chunks: 1,
    maxAttempts: 3,
    fitTimeoutMs: null,
    maxFailed: null,
    limits: null,
    refines: null,
  };
}

/** Tests every catalog. */
export function catalogContract(harness: Harness, open: OpenEngine): void {
  harness.describe("catalog", () => {
    const test = onEngine(harness, open);
    test("takes a run through its states and keeps what it learns", async ({ catalog }) => {
      await catalog.createRun("r", NOW);
      assert.equal((await catalog.run("r"))?.state, "planning");
      assert.equal(await catalog.moveRun("r", "running", { manifest: manifest("r") }), true);
      assert.equal(await catalog.moveRun("r", "finalizing"), true);
      assert.equal(await catalog.moveRun("r", "completed", { index, endedAt: NOW }), true);
      assert.deepEqual(await catalog.run("r"), {
        runId: "r",
        state: "completed",
        createdAt: NOW,
        endedAt: NOW,
        manifest: manifest("r"),
        index,
        error: null,
      });
    });
    test("refuses moves that the state machine does not have", async ({ catalog }) => {
      await catalog.createRun("r", NOW);
      assert.equal(await catalog.moveRun("r", "completed", { index }), false);
      assert.equal(await catalog.moveRun("none", "running"), false);
      assert.equal((await catalog.run("r"))?.index, null);
    });
    test("a run id is taken once", async ({ catalog }) => {
      await catalog.createRun("r", NOW);
      await assert.rejects(catalog.createRun("r", NOW), {
        name: "ManymodelError",
        kind: "conflict",
        message: /r exists already/,
      });
    });
    test("a failed run keeps its error, and lists the newest run first", async ({ catalog }) => {
      await catalog.createRun("a", "2026-01-01T00:00:00.000Z");
      await catalog.createRun("b", "2026-01-02T00:00:00.000Z");
      await catalog.moveRun("a", "failed", { error: "no disk" });
      assert.deepEqual(
        (await catalog.runs()).map((run) => [run.runId, run.state, run.error]),
        [
          ["b", "planning", null],
          ["a", "failed", "no disk"],
        ],
      );
      assert.deepEqual(
        (await catalog.runs("failed")).map(({ runId }) => runId),
        ["a"],
      );
      assert.equal(await catalog.run("none"), undefined);
    });
    test("forgets a run", async ({ catalog }) => {
      await catalog.createRun("a", NOW);
      await catalog.removeRun("a");
      assert.equal(await catalog.run("a"), undefined);
      await assert.rejects(catalog.removeRun("a"), { kind: "not-found" });
    });
  });
}
