import { createHash } from "node:crypto";
import type { ManyModel } from "manymodel";
import { describe, expect, it } from "vitest";
import { runIntervals } from "../../src/cli/run-intervals.ts";
import type { PartitionOutcome } from "../../src/core/artifact.ts";
import { encodeKey } from "../../src/core/partition-key.ts";
import type { Snapshot } from "../../src/core/run.ts";
import { encodeSegment } from "../../src/core/segment.ts";
import { monitorDetail } from "../../src/dashboard/monitor/monitor-view.ts";
import { monitoredPartitions } from "../../src/dashboard/monitor/monitored-partitions.ts";
import { alarmOf } from "../../src/dashboard/series/series-alarm.ts";
import { readNewer } from "../../src/dashboard/series/series-newer.ts";
import { LedgerRows, ledgerColumns, type WatchedTable } from "../../src/monitor/ledger.ts";
import { type PartitionStatus, statusBatch, statusColumns } from "../../src/monitor/status.ts";
import { failureGroups } from "../../src/runs/failure-groups.ts";
import { EVERY_ENGINE } from "../every-engine.ts";
import { fillTable } from "../workspace.ts";
import { SALES_YAML } from "./monitored.ts";

const DAY = 86_400_000;
const AT = new Date("2026-01-01");
const KEY_COLUMNS = [{ name: "sku", type: "string" }] as const;
const WATCHED: WatchedTable = { keyColumns: KEY_COLUMNS, time: { name: "day", type: "date" }, levels: [80] };
const TABLES = { ledger: "LEDGER", status: "STATUS" };

/** Texts that mean something to whoever reads them as SQL, as a pattern, or as a placeholder. */
const HOSTILE = [
  "'",
  '"',
  "a\\",
  "a\\' OR 1=1 --",
  "'; DROP TABLE SALES; --",
  "%",
  "_",
  "?",
  "$1",
  ":1",
  "line\nbreak",
  "tab\t, bell\u0007, escape\u001b, delete\u007f",
  "STATUS",
];
const KEYS = [...HOSTILE, "long ".repeat(2000)];
/** A text like the others that nothing has. */
const NOBODY = "b\\' OR 1=1 --";

const encoded = (key: string) => encodeKey(KEY_COLUMNS, [key]);

const status = (key: string, reason: string): PartitionStatus => ({
  ...{ partitionKey: encoded(key), run: "first", verdict: "drift", reasons: [reason], since: 2 * DAY, severity: 1 },
  ...{ n: 1, meanScaledError: 1, ratio: 1, scaleOf: "holdout", missing: 0, coverage: [0] },
  ...{ cusumUp: 1, cusumDown: 0, cusumSpread: 0, pValue: 0 },
});

/** Fills a table of sales by hostile keys, and monitors them, and of hostile models and versions with one key each. */
async function fill(mm: ManyModel): Promise<Snapshot> {
  const { source, output, versions } = mm.engine;
  const columns = [
    { name: "sku", type: "string" },
    { name: "day", type: "date" },
    { name: "qty", type: "number" },
  ] as const;
  const days = KEYS.flatMap((key, i) => [0, 1, 2, 3].map((day) => [key, day * DAY, 100 * i + day]));
  await fillTable(mm, "SALES", [...columns], days);
  await versions.create(
    {
      ...{ model: "M", version: "V1", createdAt: AT.toISOString(), runId: "first" },
      index: { path: "p", sha256: "00", bytes: 1, segments: 1, succeeded: 1, failed: 0, skipped: 0 },
      ...{ definitionSha256: "00", definitionName: "d", keyColumns: KEY_COLUMNS, keyArg: "sku", exports: {} },
      ...{ horizon: 1, packageVersion: "0.0.0", sourceFingerprint: "f", comment: null },
    },
    { at: AT.toISOString(), by: "test" },
  );
  const statuses = [
    statusBatch(
      WATCHED,
      { id: "1", at: AT, model: "M", version: "V1" },
      KEYS.map((key, i) => status(key, `reason ${i}`)),
    ),
    ...HOSTILE.map((name, i) =>
      statusBatch(WATCHED, { id: "1", at: AT, model: name, version: name }, [status("A", `version ${i}`)]),
    ),
  ];
  const entries = ["M", ...HOSTILE].map((name, i) => {
    const rows = new LedgerRows(WATCHED, name, name === "M" ? "V1" : name);
    const owner = { key: ["A"], partitionKey: encoded("A"), run: "first", origin: DAY };
    const forecast = { time: 2 * DAY, step: 1, actual: i, forecast: 0, final: 0, error: i, scaled: i, z: i, hits: [0] };
    rows.add(owner, forecast);
    return rows.take();
  });
  for (const [table, origin, batches] of [
    [TABLES.status, statusColumns(WATCHED), statuses],
    [TABLES.ledger, ledgerColumns(WATCHED), entries],
  ] as const) {
    await output.create(table, origin);
    await output.publish(table, "test", await Promise.all(batches.map((batch) => output.write(table, batch))));
  }
  return source.snapshot({ table: "SALES", keyColumns: ["sku"], orderBy: ["day"] });
}

/** Shows a run that has one partition that failed and one that succeeded, each in a way of its own. */
async function expose({ engine }: ManyModel, runId: string, i: number): Promise<void> {
  const outcome = (key: string, changes: Partial<PartitionOutcome>): PartitionOutcome => ({
    ...{ partitionKey: encoded(key), key: [key], position: 0, outcome: "succeeded", modelKind: null, model: "{}" },
    ...{ metrics: null, forecast: null, info: null, nObs: 4, firstTs: null, lastTs: null, interval: `P${i + 1}D` },
    ...{ fitMs: 1, seed: 1, dataSha256: null, errorType: null, errorMessage: null, attempt: 1, log: null },
    ...changes,
  });
  const failure = { outcome: "failed", errorType: "fit-error", errorMessage: `of run ${i}` } as const;
  const rows = [outcome("A", {}), outcome("B", { ...failure, model: null, position: 1 })];
  const { content: bytes } = encodeSegment(KEY_COLUMNS, rows);
  const path = `runs/r${i}/chunks/0001/1/segment.parquet`;
  await engine.stage.put(path, bytes);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const counts = { rows: 2, bytes: bytes.length, sha256, succeeded: 1, failed: 1 };
  await engine.views.expose({
    ...{ runId, keyColumns: KEY_COLUMNS },
    segments: [{ path, chunk: 1, attempt: 1, source: 0, ...counts }],
  });
}

describe.each(EVERY_ENGINE)("with hostile texts, engine: %s", (_, missing, open) => {
  it.skipIf(missing !== undefined)(`every query of the dashboard answers with that row, or none`, async () => {
    const mm = await open(SALES_YAML);
    const { engine } = mm;
    const snapshot = await fill(mm);
    for (const [i, key] of KEYS.entries()) {
      const alarm = await alarmOf(engine, TABLES, "first", encoded(key));
      expect(alarm, key).toMatchObject({ verdict: "drift", reasons: `reason ${i}` });
      const newer = await readNewer(engine.tables, { snapshot }, "SALES", "qty", {
        ...{ key: [key], lastTs: "1970-01-02", interval: "P1D" },
      });
      expect(newer, key).toEqual({ y: Float64Array.of(100 * i + 2, 100 * i + 3), why: null });
    }
    expect(await alarmOf(engine, TABLES, "first", encoded(NOBODY))).toBeNull();
    const nothing = { key: [NOBODY], lastTs: "1970-01-02", interval: "P1D" };
    expect(await readNewer(engine.tables, { snapshot }, "SALES", "qty", nothing)).toEqual({
      ...{ y: new Float64Array(0), why: null },
    });

    const page = { verdict: "all", text: "", sort: "key", descending: false, offset: 0, limit: 100 };
    const judged = (model: string, version: string, changes = {}) =>
      monitoredPartitions(engine, TABLES.status, { ...page, model, version, ...changes });
    for (const [i, name] of HOSTILE.entries()) {
      expect(await judged(name, name), name).toMatchObject({ matched: 1, rows: [{ reasons: `version ${i}` }] });
      await expect(judged(name, name, { verdict: name }), name).rejects.toMatchObject({ kind: "usage" });
      const detail = await monitorDetail(engine, TABLES, { model: name, version: name });
      expect(detail, name).toMatchObject({
        ...{ model: name, version: name, verdicts: [{ verdict: "drift", count: 1 }] },
        days: [{ forecasts: 1, scaledError: i + 1 }],
      });
    }
    expect((await judged(NOBODY, NOBODY)).matched).toBe(0);
    expect((await judged("M", "V1", { verdict: "ok" })).matched).toBe(0);
    const missed = monitorDetail(engine, TABLES, { model: NOBODY, version: NOBODY });
    await expect(missed).rejects.toMatchObject({ kind: "not-found" });
    for (const text of KEYS) {
      const matching = KEYS.filter((key) => key.toLowerCase().includes(text.toLowerCase()));
      const { matched, rows } = await judged("M", "V1", { text });
      expect(matched, text).toBe(matching.length);
      expect(rows.map(({ key }) => key).sort(), text).toEqual(matching.map(encoded).sort());
    }
    expect((await judged("M", "V1", { text: NOBODY })).matched).toBe(0);
  });

  it.skipIf(missing !== undefined)(
    "every query of the command line answers with that run's rows, or none",
    async () => {
      const mm = await open(SALES_YAML);
      const { tables } = mm.engine;
      const snapshot = await fill(mm);
      for (const [i, runId] of HOSTILE.entries()) await expose(mm, runId, i);
      for (const [i, runId] of HOSTILE.entries()) {
        expect(await failureGroups(tables, runId, 1), runId).toEqual([
          { type: "fit-error", message: `of run ${i}`, count: 1, first: [encoded("B")] },
        ]);
        expect(await runIntervals(tables, { runId, snapshot }), runId).toEqual({ most: `P${i + 1}D`, others: [] });
      }
      expect(await failureGroups(tables, NOBODY, 1)).toEqual([]);
      expect(await runIntervals(tables, { runId: NOBODY, snapshot })).toBeUndefined();
    },
  );
});
