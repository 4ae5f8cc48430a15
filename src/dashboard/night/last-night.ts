import { findStepResult } from "../../api/verbs/pipeline-steps.ts";
import { BATCH_RUNS } from "../../core/current-forecasts.ts";
import type { ModelVersion } from "../../core/registry.ts";
import type { RunRecord } from "../../core/run.ts";
import type { Engine } from "../../ports/engine.ts";
import type { PartitionAttributes } from "../attributes/partition-attributes.ts";
import type { MonitorTables } from "../monitor/monitor-view.ts";
import type { Making, TableCache } from "../partitions/table-cache.ts";
import type { Night, NightBatch, NightGate, NightModel, NightRun, RunAccuracy } from "../wire-night.ts";
import type { Accuracies } from "./accuracies.ts";
import { lossesOf } from "./losses.ts";

const MOST_MODELS = 20;

/** Sources that the front page reads besides the runs. */
export interface NightSurroundings {
  readonly engine: Engine;
  readonly tables: TableCache;
  readonly accuracies: Accuracies;
  readonly attributes: PartitionAttributes;
  readonly monitored: Pick<MonitorTables, "ledger" | "status">;
  /** The table of forecasts that batches write. */
  readonly forecasts: string;
}

/** A run to show, with the version that it became. */
interface Shown {
  readonly run: RunRecord;
  readonly version: ModelVersion | null;
}

/**
 * Describes the newest run and batch of each registered model; of the newest completed run where no model is registered.
 * Returns the progress instead, while a table of partitions is made.
 */
export async function lastNight(around: NightSurroundings, patienceMs: number): Promise<Night | Making> {
  const { engine } = around;
  const runs = (await engine.catalog.runs()).filter(({ manifest }) => manifest !== null);
  const versions = await engine.versions.list();
  const byRun = new Map(runs.map((run) => [run.runId, run]));
  const names = [...new Set(versions.map(({ model }) => model))].slice(0, MOST_MODELS);
  const completed = runs.filter(({ index }) => index !== null);
  const models: NightModel[] = [];
  const records: RunRecord[] = [];
  for (const model of names.length > 0 ? names : [null]) {
    const of = versions
      .filter((version) => version.model === model)
      .sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1))
      .flatMap((version): Shown[] => {
        const run = byRun.get(version.runId);
        return run === undefined ? [] : [{ run, version }];
      });
    const [newest, before] = model === null ? completed.slice(0, 1).map((run): Shown => ({ run, version: null })) : of;
    if (newest === undefined) continue;
    const night = await nightOf(around, model, newest, before, patienceMs);
    if ("total" in night) return night;
    models.push(night);
    records.push(newest.run);
  }
  const latest = records.reduce((latest, { createdAt }) => (createdAt > latest ? createdAt : latest), "");
  const newer = runs.filter(({ createdAt }) => createdAt > latest).map(({ runId }) => runId);
  return { models, newer };
}

async function nightOf(
  { engine, tables, accuracies, attributes, ...others }: NightSurroundings,
  model: string | null,
  newest: Shown,
  before: Shown | undefined,
  patienceMs: number,
): Promise<NightModel | Making> {
  const table = await tables.get(newest.run.runId, patienceMs);
  if (!("search" in table)) return table;
  const accuracy = await accuracies.of(newest.run.runId, patienceMs);
  if (!("metric" in accuracy)) return accuracy;
  const earlier = before && (await accuracies.of(before.run.runId, patienceMs));
  if (earlier !== undefined && !("metric" in earlier)) return earlier;
  const batch = model === null ? null : await newestBatch(engine, model);
  const { value } = await attributes.of(table.search.table);
  const version = newest.version?.version ?? null;
  const aliases = await engine.versions.aliases();
  const losses = await lossesOf(engine, table.search.table, table.manifest, value, {
    ...others,
    model,
    version,
    batch,
  });
  return {
    model,
    run: nightRun(newest, accuracy),
    before: before === undefined || earlier === undefined ? null : nightRun(before, earlier),
    batch,
    gate: model === null ? null : await gateOf(engine, model),
    aliases: aliases.filter((one) => one.model === model && one.version === version).map(({ alias }) => alias),
    losses,
    byValue: losses.some(({ value }) => value !== null),
  };
}

function nightRun({ run, version }: Shown, accuracy: RunAccuracy): NightRun {
  return {
    version: version?.version ?? null,
    runId: run.runId,
    createdAt: run.createdAt,
    succeeded: run.index?.succeeded ?? 0,
    failed: run.index?.failed ?? 0,
    skipped: run.index?.skipped ?? 0,
    ended: run.manifest?.snapshot.ended ?? 0,
    accuracy,
  };
}

const COUNTS = {
  partitions: "N_PARTITIONS",
  ok: "N_OK",
  stale: "N_STALE",
  undated: "N_UNDATED",
  fallback: "N_FALLBACK",
  noModel: "N_NO_MODEL",
  errors: "N_ERROR",
  ended: "N_ENDED",
  kept: "N_KEPT",
  rows: "N_ROWS",
} as const;

/** Returns the newest batch of a model; null before there was one. */
async function newestBatch(
  { source, tables }: Engine,
  model: string,
): Promise<(NightBatch & { readonly rows: number; readonly horizon: number }) | null> {
  const columns = (await source.columns(BATCH_RUNS))?.map(({ name }) => name);
  if (columns === undefined) return null;
  // A table of an earlier version counts less.
  const counts = Object.values(COUNTS).map((name) => (columns.includes(name) ? name : "0"));
  const { rows } = await tables.query(
    `SELECT MODEL_VERSION, STARTED_AT, OPTIONS, ${counts.join(", ")} FROM ${BATCH_RUNS}
     WHERE MODEL_NAME = $1 ORDER BY STARTED_AT DESC`,
    [model],
    1,
  );
  const [row] = rows;
  if (row === undefined) return null;
  const [version, startedAt, options, ...values] = row;
  const { horizon = 0 } = JSON.parse(String(options ?? "{}")) as { horizon?: number };
  const numbers = Object.fromEntries(Object.keys(COUNTS).map((name, i) => [name, Number(values[i] ?? 0)]));
  return {
    ...(numbers as Record<keyof typeof COUNTS, number>),
    version: String(version),
    startedAt: `${String(startedAt).replace(" ", "T").replace(/Z?$/, "")}Z`,
    horizon,
  };
}

/** Returns the gate's verdict when the pipeline last promoted a version of a model; null where it has none. */
async function gateOf({ stage }: Engine, model: string): Promise<NightGate | null> {
  const result = await findStepResult(stage, "promote");
  if (result === undefined || result.model !== model) return null;
  const { candidate, promoted, message } = result;
  return { candidate: String(candidate), promoted: promoted === true, message: String(message) };
}
