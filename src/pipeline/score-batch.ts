import { randomUUID } from "node:crypto";
import { at } from "../core/aligned.ts";
import type { ModelIndex } from "../core/artifact.ts";
import { BATCH_RUNS } from "../core/current-forecasts.ts";
import { ManymodelError, show } from "../core/errors.ts";
import { checkLeadTime, type LeadTime } from "../core/lead-time.ts";
import { MISSING_MODEL, type MissingModel } from "../core/missing-model.ts";
import { checkSameKeys } from "../core/partition-key.ts";
import { checkLevels, checkQuantiles } from "../core/quantile.ts";
import type { ModelVersion } from "../core/registry.ts";
import { checkHorizon, checkName, type DataQuery, futureQuery, type RunManifest, type Snapshot } from "../core/run.ts";
import { stagePath } from "../core/stage-path.ts";
import { startCrew } from "../crew/crew.ts";
import { during } from "../ports/activity.ts";
import type { Engine } from "../ports/engine.ts";
import type { TablePart } from "../ports/output.ts";
import { WorkerLost } from "../ports/workers.ts";
import { getSource, readIndex } from "../runs/read-index.ts";
import type { RunContext } from "../runs/run-context.ts";
import { checksum } from "../stages/checksum.ts";
import { getJson } from "../stages/json.ts";
import { findShared, type NaiveFallback, naiveFallback, type SharedModel } from "../work/fallback.ts";
import { forecastColumns } from "../work/forecast-rows.ts";
import { readingColumns } from "../work/reading-rows.ts";
import type { ScoreTask } from "../work/score-task.ts";
import type { ScoredPart, StatusCounts } from "../work/scored-part.ts";
import { checkComplete, inferBatch } from "../work/take-scored.ts";
import type { WorkerRequest } from "../work/worker.ts";
import { type BatchRecord, lastBatch, recordBatch } from "./batch-runs.ts";
import { prepareOutput } from "./prepare-output.ts";

/** The settings of a batch that a caller chooses. */
export interface BatchSpec {
  readonly model: string;
  readonly version: string;
  readonly query: DataQuery;
  readonly outputTable: string;
  /** Steps to forecast; the version's own when left out. */
  readonly horizon?: number;
  /** Coverage of the prediction intervals in percent. */
  readonly levels: readonly number[];
  /** Quantiles of the predictive distribution, each in (0, 1). */
  readonly quantiles: readonly number[];
  readonly missingModel: MissingModel;
  /** The lead time to order over; nothing is ordered when left out. */
  readonly leadTime?: LeadTime;
  /** The settings of seasonal naive forecasts where the version's exports do not have them. */
  readonly fallback?: Partial<NaiveFallback>;
  /** A table with a row for each partition and future time, of what is known ahead. */
  readonly futureTable?: string;
  /** True if models take in rows that are newer than those they were fitted to. */
  readonly advance: boolean;
  /** True if rows of the last batch stand where neither data, model nor options have changed. */
  readonly incremental: boolean;
  /** True if newer rows are judged, one by one, in place of forecasts. */
  readonly readings: boolean;
  readonly workers: number;
}

/** The summary of a batch. Every partition of the input counts once, in one of the numbers from `ok` to `ended`. */
export interface BatchSummary extends Omit<BatchRecord, "startedAt" | "options"> {
  /**
   * The number of partitions with fewer forecast steps than requested, because the values known ahead end; 0 when
   * absent.
   */
  readonly shortened?: number;
  /** The reason why this process scored the batch instead of the engine's own compute. */
  readonly scoredHere?: string;
}

/** The number of times that a scoring task is given to a new worker after its worker was lost. */
const MAX_TRIES = 3;
const MISSING_PER_TASK = 10_000;

/**
 * Scores every partition of an input table with a registered version. Each worker takes one segment at a time, loads
 * its models, and writes a part of the output; all parts become visible in one step at the end, in place of what an
 * earlier batch of the same version and input had written. Then the batch becomes a row of BATCH_RUNS.
 *
 * @throws {ManymodelError} `not-found` for an unknown version or table; `input` if the keys are of another type, or
 *   partitions have no model where they must; `corrupt` if an artifact was changed; `conflict` if another batch changed
 *   the rows that were to stand. Nothing is written then.
 */
export async function scoreBatch(engine: Engine, request: BatchSpec, context: RunContext): Promise<BatchSummary> {
  const { model, version: name } = request;
  const spec = { ...request, outputTable: engine.tables.ownName?.(request.outputTable) ?? request.outputTable };
  checkName("output table", spec.outputTable, "table");
  const version = await engine.versions.get(model, name);
  if (version === undefined)
    throw new ManymodelError(
      "not-found",
      `there is no version ${show(name)} of model ${show(model)}; see "manymodel versions"`,
    );
  return during({ phase: "score", run: version.runId }, () => scoreVersion(engine, spec, version, context));
}

async function scoreVersion(
  engine: Engine,
  spec: BatchSpec,
  version: ModelVersion,
  { entry, workers, packageVersion, now, onProgress, ...stop }: RunContext,
): Promise<BatchSummary> {
  const startedAt = now().toISOString();
  const began = performance.now();
  const { model, version: name, query } = spec;
  // The first worker starts while the input is pinned.
  if (engine.inference === undefined) workers.prepare?.(entry);
  const index = await readIndex(engine.stage, version.index, `${model} ${name} was registered`);
  const task = await planBatch(engine, spec, version, { packageVersion, sources: index.sources });
  const { outputTable, snapshot } = task;
  const last = spec.incremental ? await lastBatch(engine.output, model, query.table, outputTable) : undefined;
  const batchId = randomUUID();
  const lastRows = last === undefined ? null : { owner: ownerOf(model, last.version, query.table), batchId };
  const { runId, sources } = index;
  const common: ScoreTask = { ...task, kept: lastRows, runId, definitionSha256: at(sources, 0).definitionSha256 };

  const inference = snapshot.partitions > 0 ? engine.inference : undefined;
  let scoredHere: string | undefined;
  const inferred =
    inference &&
    (await inferBatch(inference, version, common).then(
      (result) => ({ inference, ...result }),
      (error) => {
        const isUnable = error instanceof ManymodelError && ["usage", "conflict"].includes(error.kind);
        if (inference.isLastResort !== true || !isUnable) throw error;
        scoredHere = error.message;
        return undefined;
      },
    ));

  const total = snapshot.partitions + (snapshot.ended ?? 0);
  const scored = new Uint8Array(total);
  const counts: StatusCounts = { OK: 0, STALE: 0, UNDATED: 0, FALLBACK: 0, NO_MODEL: 0, ERROR: 0, ENDED: 0 };
  const parts: TablePart[] = [];
  const withoutModel: string[] = [];
  const standing: string[] = [];
  let answers = 0;
  let shortened = 0;
  const take = (result: ScoredPart) => {
    scoredHere ??= result.scoredHere;
    parts.push(...result.parts);
    for (const ordinal of result.ordinals) scored[ordinal] = 1;
    answers += result.ordinals.length;
    for (const status of Object.keys(counts) as (keyof StatusCounts)[]) counts[status] += result.counts[status];
    shortened += result.shortened ?? 0;
    withoutModel.push(...result.withoutModel);
    for (const key of result.kept) standing.push(key);
    const ended = Object.values(counts).reduce((sum, count) => sum + count);
    onProgress({ total, done: ended, failed: counts.ERROR });
  };
  const tasks = inferred?.files.length ?? index.segments.length;
  const count = Math.max(1, Math.min(spec.workers, tasks));
  const crew = await startCrew({ entry, workers, ...stop }, count, { done: () => answers / total });
  const perform = (tasks: Iterable<WorkerRequest>) => {
    const waiting = tasks[Symbol.iterator]();
    return crew.run(async (member, signal) => {
      while (!signal.aborted) {
        const next = waiting.next();
        if (next.done) return;
        take(await withRetries(() => member.call(next.value), signal));
      }
    });
  };
  try {
    if (inferred !== undefined) {
      await perform(inferred.files.map((file) => ({ type: "take-scored", ...common, file })));
      const answered = scored.reduce((sum, one) => sum + one, 0);
      await checkComplete(inferred.inference, inferred, { partitions: snapshot.partitions, answers, answered });
    } else {
      await perform(
        index.segments.map((segment) => {
          const { runId: _, keyIndex: __, ...source } = getSource(index, segment);
          return { type: "score-segment", ...common, segment, ...source };
        }),
      );
    }
    await perform(missingTasks(common, scored));
    if (spec.missingModel === "error" && counts.NO_MODEL > 0)
      throw missingModels(version, counts.NO_MODEL, withoutModel);
    if (last !== undefined && lastRows !== null && standing.length > 0) {
      const selection = { column: "PARTITION_KEY", values: standing };
      parts.push(await engine.output.carry(outputTable, lastRows.owner, selection, { MODEL_VERSION: name }));
      if ((await lastBatch(engine.output, model, query.table, outputTable))?.batchId !== last.batchId)
        throw new ManymodelError("conflict", `another batch wrote into ${outputTable} meanwhile; score again`);
    }
    await engine.output.publish(outputTable, ownerOf(model, name, query.table), parts);
    await inferred?.inference.remove(inferred.job);
  } catch (error) {
    await engine.output.discard(outputTable, parts);
    throw error;
  } finally {
    await crew.close();
  }
  const record = {
    batchId,
    model,
    version: name,
    inputTable: query.table,
    outputTable,
    partitions: total,
    ok: counts.OK,
    stale: counts.STALE,
    undated: counts.UNDATED,
    fallback: counts.FALLBACK,
    noModel: counts.NO_MODEL,
    errors: counts.ERROR,
    ended: counts.ENDED,
    kept: standing.length,
    rows: parts.reduce((sum, part) => sum + part.rows, 0),
    seconds: (performance.now() - began) / 1000,
  };
  await recordBatch(engine.output, {
    ...record,
    startedAt,
    options: JSON.stringify(optionsOf(spec, task)),
  });
  return {
    ...record,
    ...(shortened > 0 && { shortened }),
    ...(scoredHere !== undefined && { scoredHere }),
  };
}

/** The plan that every task of a batch shares, before the version's index is read. */
type BatchPlan = Omit<ScoreTask, "kept" | "runId" | "definitionSha256">;

/** Checks what is asked for, reads what is to be scored, and prepares the table for it. */
async function planBatch(
  { source, output, stage }: Engine,
  spec: BatchSpec,
  version: ModelVersion,
  { packageVersion, sources }: Pick<ModelIndex, "sources"> & { readonly packageVersion: string },
): Promise<BatchPlan> {
  const { query, outputTable, advance, incremental, readings, futureTable } = spec;
  const horizon = spec.horizon ?? version.horizon;
  checkHorizon(horizon);
  const levels = readings ? [] : checkLevels(spec.levels);
  const quantiles = readings ? [] : checkQuantiles(spec.quantiles);
  if (!MISSING_MODEL.includes(spec.missingModel))
    throw new ManymodelError(
      "usage",
      `missing_model is ${show(spec.missingModel)}; it must be one of ${MISSING_MODEL.join(", ")}`,
    );
  const { snapshot: trained, definition } = await getJson<RunManifest>(stage, stagePath.manifest(version.runId));
  const snapshot = await source.snapshot(query);
  checkKeyTypes(version, snapshot);
  const time = trained.columns.find((column) => column.name === trained.timeColumn) ?? null;
  if (readings && (time === null || time.type === "string" || time.type === "boolean"))
    throw new ManymodelError(
      "usage",
      `${version.model} ${version.version} was trained without times, so it cannot judge new readings; leave out --readings`,
    );
  let future: Snapshot | null = null;
  if (futureTable !== undefined) {
    if (time === null)
      throw new ManymodelError(
        "usage",
        `${version.model} ${version.version} was trained without a time column, so it cannot use a table of the future; leave it out`,
      );
    future = await source.snapshot(futureQuery(query, futureTable, time.name));
    checkKeyTypes(version, future);
  }
  const { leadTime } = spec;
  if (leadTime !== undefined) checkLeadTime(leadTime, horizon);
  const fallback =
    spec.missingModel === "fallback"
      ? fallbackOf(version, spec.fallback ?? {})
      : spec.missingModel === "global"
        ? { shared: sharedModel(version, sources) }
        : null;
  const table = { model: version.model, version: version.version, keyColumns: version.keyColumns, time };
  const task = {
    ...table,
    levels,
    quantiles,
    ...(leadTime !== undefined && { leadTime }),
    fingerprints: incremental,
    readings,
    snapshot,
    future,
    outputTable,
    horizon,
    advance,
    fallback,
    packageVersion,
    ...(definition.output !== undefined && { output: definition.output }),
  };
  const inputs = [query.table, BATCH_RUNS, ...(futureTable === undefined ? [] : [futureTable])];
  await prepareOutput({ source, output }, outputTable, readings ? readingColumns(task) : forecastColumns(task), inputs);
  return task;
}

/** Returns the options of a batch, as BATCH_RUNS stores them. */
function optionsOf(
  { missingModel, futureTable, advance, incremental, readings }: BatchSpec,
  { horizon, levels, quantiles, fallback, leadTime }: BatchPlan,
): object {
  const judged = readings && { readings };
  const substitute = fallback !== null && "shared" in fallback ? { learnt: fallback.shared.learnt?.path } : fallback;
  const options = { horizon, levels, quantiles, missingModel, fallback: substitute, futureTable, advance, incremental };
  return { ...options, leadTime, ...judged };
}

/** Returns the owner of a batch's rows in the output table. */
function ownerOf(model: string, version: string, inputTable: string): string {
  return checksum(JSON.stringify([model, version, inputTable]));
}

/** Returns the settings of seasonal naive forecasts. @throws {ManymodelError} `usage` if no column to forecast is named */
function fallbackOf({ model, version, exports }: ModelVersion, defaults: Partial<NaiveFallback>): NaiveFallback {
  const fallback = naiveFallback(exports, defaults);
  if (fallback !== undefined) return fallback;
  throw new ManymodelError(
    "usage",
    `missing_model is fallback, but the exports of ${model} ${version} have no target; name the column to forecast`,
  );
}

/** Returns the model that all partitions of a version share, or of one of the runs that it is a collection of. */
function sharedModel({ model, version }: ModelVersion, sources: ModelIndex["sources"]): SharedModel {
  const source = findShared(sources);
  if (source !== undefined) return source;
  throw new ManymodelError(
    "usage",
    `missing_model is global, but ${model} ${version} has no model that all partitions share; train with model: global, or set missing_model to fallback`,
  );
}

function missingModels({ model, version }: ModelVersion, count: number, some: readonly string[]): ManymodelError {
  const more = count > some.length ? ", …" : "";
  return new ManymodelError(
    "input",
    `${count} partition${count === 1 ? " has" : "s have"} no model in ${model} ${version}: ${some.slice(0, 5).join("; ")}${more}; train them, or set missing_model to status, fallback or global`,
  );
}

/** Checks that the table's key columns have the version's types. @throws {ManymodelError} `input` if not */
export function checkKeyTypes(version: ModelVersion, snapshot: Snapshot): void {
  checkSameKeys(
    "input",
    { name: snapshot.query.table, keyColumns: snapshot.keyColumns },
    { name: `${version.model} ${version.version}`, keyColumns: version.keyColumns },
  );
}

function* missingTasks(common: ScoreTask, scored: Uint8Array): Iterable<WorkerRequest> {
  let ordinals: number[] = [];
  for (let ordinal = 0; ordinal <= scored.length; ordinal++) {
    if (ordinal < scored.length && scored[ordinal] === 0) ordinals.push(ordinal);
    const [first] = ordinals;
    const full = first !== undefined && ordinal - first >= MISSING_PER_TASK;
    if (full || (ordinal === scored.length && ordinals.length > 0)) {
      yield { type: "score-missing", ...common, ordinals };
      ordinals = [];
    }
  }
}

async function withRetries(call: () => Promise<ScoredPart>, signal: AbortSignal): Promise<ScoredPart> {
  for (let tried = 1; ; tried++) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof WorkerLost) || tried === MAX_TRIES || signal.aborted) throw error;
    }
  }
}
