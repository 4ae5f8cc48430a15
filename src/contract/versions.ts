import assert from "node:assert/strict";
import { type Annotation, type ModelVersion, REGISTRY_ACTIONS } from "../core/registry.ts";
import { type Harness, type OpenEngine, onEngine } from "./harness.ts";

const NOW = "2026-11-23T00:00:00.000Z";
const change = { by: "it's me", at: NOW };

function version(model: string, name: string): ModelVersion {
  return {
    model,
    version: name,
    createdAt: NOW,
    runId: "r",
    definitionSha256: "00",
    definitionName: "d",
    index: { path: "p", sha256: "00", bytes: 1, segments: 1, succeeded: 2, failed: 1, skipped: 0 },
    keyColumns: [],
    keyArg: "unit_id",
    exports: {},
    horizon: 7,
    packageVersion: "0.0.0",
    sourceFingerprint: "f",
    comment: 'it\'s "quoted" 😀',
  };
}

/** Tests every engine's registered versions. */
export function versionsContract(harness: Harness, open: OpenEngine): void {
  harness.describe("versions", () => {
    const test = onEngine(harness, open);
    test("are written once and never change", async ({ versions }) => {
      await versions.create(version("M", "V1"), change);
      await assert.rejects(versions.create({ ...version("M", "V1"), horizon: 9 }, change), {
        kind: "conflict",
        message: /M has a version V1/,
      });
      assert.deepEqual(await versions.get("M", "V1"), version("M", "V1"));
      assert.equal(await versions.get("M", "V2"), undefined);
    });
    test("are listed for one model or for all, newest first", async ({ versions }) => {
      for (const [model, name] of [
        ["A", "V1"],
        ["B", "V1"],
        ["A", "V2"],
      ] as const)
        await versions.create(version(model, name), change);
      const names = (list: ModelVersion[]) => list.map((v) => `${v.model} ${v.version}`);
      assert.deepEqual(names(await versions.list("A")), ["A V2", "A V1"]);
      assert.deepEqual(names(await versions.list()), ["A V2", "B V1", "A V1"]);
    });
    test("have aliases, which move between those that exist", async ({ versions }) => {
      await versions.create(version("M", "V1"), change);
      await versions.create(version("M", "V2"), change);
      const move = (alias: string, to: string | null, expected?: string | null) =>
        versions.moveAlias({ model: "M", alias, version: to, ...(expected !== undefined && { expected }) }, change);
      await move("champion", "V1");
      await move("staging", "V2");
      await move("champion", "V2", "V1");
      assert.deepEqual(await versions.aliases("M"), [
        { model: "M", alias: "champion", version: "V2", changedAt: NOW },
        { model: "M", alias: "staging", version: "V2", changedAt: NOW },
      ]);
      await assert.rejects(move("champion", "V3"), { kind: "not-found", message: /no version V3 of model M/ });
      await assert.rejects(move("champion", "V1", "V1"), { kind: "conflict", message: /points at V2, not at V1/ });
      await assert.rejects(move("V1", "V2"), { kind: "conflict", message: /a version called V1/ });
      await assert.rejects(move("champion", "V1", null), { kind: "conflict", message: /points at V2, not at nothing/ });
      await assert.rejects(move("none", null), { kind: "not-found" });
      await assert.rejects(versions.create(version("M", "champion"), change), { message: /an alias called champion/ });
      await move("staging", null);
      assert.deepEqual(
        (await versions.aliases()).map(({ alias }) => alias),
        ["champion"],
      );
      assert.deepEqual(await versions.aliases("OTHER"), []);
    });
    test("of two moves from the same place one is made", async ({ versions }) => {
      for (const name of ["V1", "V2", "V3"]) await versions.create(version("M", name), change);
      await versions.moveAlias({ model: "M", alias: "a", version: "V1" }, change);
      const race = await Promise.allSettled(
        ["V2", "V3"].map((to) => versions.moveAlias({ model: "M", alias: "a", version: to, expected: "V1" }, change)),
      );
      assert.deepEqual(race.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
      const [alias] = await versions.aliases("M");
      assert.equal(alias?.version, race[0]?.status === "fulfilled" ? "V2" : "V3");
    });
    test("are deleted only when no alias points at them", async ({ versions }) => {
      await versions.create(version("M", "V1"), change);
      await versions.annotate("M", "V1", { kind: "tag", name: "t", value: "x" }, change);
      await versions.moveAlias({ model: "M", alias: "champion", version: "V1" }, change);
      await assert.rejects(versions.remove("M", "V1", change), {
        kind: "conflict",
        message: /champion of M points at V1/,
      });
      await versions.moveAlias({ model: "M", alias: "champion", version: null }, change);
      await versions.remove("M", "V1", change);
      assert.equal(await versions.get("M", "V1"), undefined);
      assert.deepEqual(await versions.annotations("M", "V1"), []);
      await assert.rejects(versions.remove("M", "V1", change), { kind: "not-found" });
    });
    test("can be spoken of, and the last word counts", async ({ versions }) => {
      await versions.create(version("M", "V1"), change);
      const say = (annotation: Annotation) => versions.annotate("M", "V1", annotation, change);
      await say({ kind: "metric", name: "mase", value: 1.5 });
      await say({ kind: "metric", name: "mase", value: 0.9 });
      await say({ kind: "tag", name: "season", value: "it's winter" });
      await say({ kind: "comment", name: "", value: "😀" });
      assert.deepEqual(await versions.annotations("M", "V1"), [
        { kind: "comment", name: "", value: "😀" },
        { kind: "metric", name: "mase", value: 0.9 },
        { kind: "tag", name: "season", value: "it's winter" },
      ]);
      await assert.rejects(versions.annotate("M", "V2", { kind: "comment", name: "", value: "" }, change), {
        kind: "not-found",
      });
    });
    test("every change of them is in the audit log, and no refused one", async ({ versions }) => {
      await versions.create(version("M", "V1"), change);
      await versions.create(version("N", "V1"), change);
      await versions.moveAlias({ model: "M", alias: "a", version: "V1" }, change);
      await versions.moveAlias({ model: "M", alias: "a", version: "V1", rollback: true }, change);
      await assert.rejects(versions.moveAlias({ model: "M", alias: "a", version: "V2" }, change));
      await versions.annotate("M", "V1", { kind: "tag", name: "t", value: "x" }, change);
      await versions.moveAlias({ model: "M", alias: "a", version: null }, change);
      await versions.remove("M", "V1", change);
      await versions.note({ ...change, action: "delete-run", model: null, version: null, details: { run: "r" } });
      const log = await versions.audit({ limit: 100 });
      assert.deepEqual(
        log.map(({ action, model, version, details }) => [action, model, version, details]),
        [
          ["create-version", "M", "V1", { run: "r" }],
          ["create-version", "N", "V1", { run: "r" }],
          ["set-alias", "M", "V1", { alias: "a", before: null }],
          ["rollback-alias", "M", "V1", { alias: "a", before: "V1" }],
          ["annotate", "M", "V1", { kind: "tag", name: "t", value: "x" }],
          ["remove-alias", "M", null, { alias: "a", before: "V1" }],
          ["delete-version", "M", "V1", {}],
          ["delete-run", null, null, { run: "r" }],
        ],
      );
      for (const action of REGISTRY_ACTIONS)
        await versions.note({ ...change, action, model: "N", version: null, details: {} });
      assert.ok(log.every(({ by, at }) => by === change.by && at === NOW));
      assert.deepEqual(
        (await versions.audit({ model: "M", limit: 2 })).map(({ action }) => action),
        ["remove-alias", "delete-version"],
      );
    });
  });
}
