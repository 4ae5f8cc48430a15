import assert from "node:assert/strict";
import type { IndexSummary, ModelVersion, RunManifest } from "../core/run.ts";
import { type Harness, type OpenEngine, onEngine } from "./harness.ts";

const NOW = "2026-11-23T00:00:00.000Z";
const index: IndexSummary = { path: "p", sha256: "00", bytes: 1, segments: 1, succeeded: 2, failed: 1, skipped: 0 };

function manifest(runId: string): RunManifest {
  return {
    ...{ runId, createdAt: NOW, packageVersion: "0.0.0", mode: "tasks", keyArg: "unit_id", exports: { h: 1 }, seed: 1 },
    snapshot: {
      ...{ id: "s", fingerprint: "f", timeColumn: null, partitions: 3, rows: 9, columns: [] },
      query: { table: "T", keyColumns: ["ID"] },
      keyColumns: [{ name: "ID", type: "string" }],
    },
    definition: { sha256: "00", name: "d", predicts: true },
    ...{ partitions: 3, chunks: 1, maxAttempts: 3, fitTimeoutMs: null, maxFailed: null, limits: null, refines: null },
  };
}

function version(model: string, name: string): ModelVersion {
  return {
    ...{ model, version: name, createdAt: NOW, runId: "r", index, definitionSha256: "00", definitionName: "d" },
    ...{ keyColumns: [], keyArg: "unit_id", exports: {}, horizon: 7, packageVersion: "0.0.0", sourceFingerprint: "f" },
    comment: 'it\'s "quoted" 😀',
  };
}

/** What every catalog does. */
export function catalogContract(harness: Harness, open: OpenEngine): void {
  harness.describe("catalog", () => {
    const test = onEngine(harness, open);
    test("moves aliases between versions that exist", async ({ catalog }) => {
      await catalog.createVersion(version("M", "V1"));
      await catalog.createVersion(version("M", "V2"));
      await catalog.setAlias("M", "champion", "V1", NOW);
      await catalog.setAlias("M", "staging", "V2", NOW);
      await catalog.setAlias("M", "champion", "V2", NOW);
      assert.deepEqual(await catalog.aliases("M"), [
        { model: "M", alias: "champion", version: "V2", changedAt: NOW },
        { model: "M", alias: "staging", version: "V2", changedAt: NOW },
      ]);
      await assert.rejects(catalog.setAlias("M", "champion", "V3", NOW), /no version V3 of model M/);
      assert.equal((await catalog.aliases()).length, 2);
      assert.deepEqual(await catalog.aliases("OTHER"), []);
    });
    test("takes a run through its states and keeps what it learns", async ({ catalog }) => {
      await catalog.createRun("r", NOW);
      assert.equal((await catalog.run("r"))!.state, "planning");
      assert.equal(await catalog.moveRun("r", "running", { manifest: manifest("r") }), true);
      assert.equal(await catalog.moveRun("r", "finalizing"), true);
      assert.equal(await catalog.moveRun("r", "completed", { index, endedAt: NOW }), true);
      assert.deepEqual(await catalog.run("r"), {
        ...{
          runId: "r",
          state: "completed",
          createdAt: NOW,
          endedAt: NOW,
          manifest: manifest("r"),
          index,
          error: null,
        },
      });
    });
    test("refuses moves that the state machine does not have", async ({ catalog }) => {
      await catalog.createRun("r", NOW);
      assert.equal(await catalog.moveRun("r", "completed", { index }), false);
      assert.equal(await catalog.moveRun("none", "running"), false);
      assert.equal((await catalog.run("r"))!.index, null);
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
      assert.equal(await catalog.run("none"), undefined);
    });
    test("a version is written once and never changes", async ({ catalog }) => {
      await catalog.createVersion(version("M", "V1"));
      await assert.rejects(catalog.createVersion({ ...version("M", "V1"), horizon: 9 }), {
        kind: "conflict",
        message: /M has a version V1/,
      });
      assert.deepEqual(await catalog.version("M", "V1"), version("M", "V1"));
      assert.equal(await catalog.version("M", "V2"), undefined);
    });
    test("lists versions of one model or of all, newest first", async ({ catalog }) => {
      for (const [model, name] of [
        ["A", "V1"],
        ["B", "V1"],
        ["A", "V2"],
      ] as const)
        await catalog.createVersion(version(model, name));
      const names = (versions: ModelVersion[]) => versions.map((v) => `${v.model} ${v.version}`);
      assert.deepEqual(names(await catalog.versions("A")), ["A V2", "A V1"]);
      assert.deepEqual(names(await catalog.versions()), ["A V2", "B V1", "A V1"]);
    });
  });
}
