import { ManymodelError, show } from "../core/errors.ts";
import type { ModelVersion } from "../core/registry.ts";
import { checkCount, checkName, type DataQuery, type RunManifest, type Snapshot } from "../core/run.ts";
import { stagePath } from "../core/stage-path.ts";
import type { Engine } from "../ports/engine.ts";
import type { TablePart } from "../ports/tables.ts";
import { type WorkerEntry, WorkerLost, type Workers } from "../ports/workers.ts";
import { checksum } from "./checksum.ts";
import { startCrew } from "./crew.ts";
import { forecastColumns } from "./forecast-rows.ts";
import { getJson } from "./json.ts";
import { prepareOutput } from "./prepare-output.ts";
import type { OnProgress } from "./progress.ts";
import { readIndex } from "./read-index.ts";
import type { ScoredPart, ScoreTask } from "./score-segment.ts";
import type { WorkerRequest } from "./worker.ts";

/** What a caller decides of a batch. */
export interface BatchSpec {
  readonly model: string;
  readonly version: string;
  readonly query: DataQuery;
  readonly outputTable: string;
  /** Steps to forecast; the version's own when left out. */
  readonly horizon?: number;
  /** Coverage of the prediction intervals in percent. */
  readonly levels: readonly number[];
  readonly workers: number;
}

/** How a batch ended: every partition of the input counts once. */
export interface BatchSummary {
  readonly model: string;
  readonly version: string;
  readonly inputTable: string;
  readonly outputTable: string;
  readonly partitions: number;
  readonly ok: number;
  readonly noModel: number;
  readonly errors: number;
  readonly rows: number;
}

/** How often a scoring task is given to a new worker after its worker was lost. */
const MAX_TRIES = 3;
const MISSING_PER_TASK = 10_000;

/**
 * Scores every partition of an input table with a registered version. Each worker takes one segment at a time, loads
 * its models, and writes a part of the output; all parts become visible in one step at the end, in place of what an
 * earlier batch of the same version and input had written.
 *
 * @throws {ManymodelError} `not-found` for an unknown version or table; `input` if the keys are of another type;
 *   `corrupt` if an artifact was changed. Nothing is written then.
 */
export async function scoreBatch(
  engine: Engine,
  spec: BatchSpec,
  entry: WorkerEntry,
  workers: Workers,
  onProgress: OnProgress = () => {},
): Promise<BatchSummary> {
  const { model, version: name, outputTable } = spec;
  checkName("output table", outputTable, "table");
  const version = await engine.versions.get(model, name);
  if (version === undefined)
    throw new ManymodelError(
      "not-found",
      `there is no version ${show(name)} of model ${show(model)}; see "manymodel versions"`,
    );
  const horizon = spec.horizon ?? version.horizon;
  checkCount("horizon", horizon);
  const levels = checkLevels(spec.levels);
  const index = await readIndex(engine.stage, version.index, `${model} ${name} was registered`);
  const { snapshot: trained } = await getJson<RunManifest>(engine.stage, stagePath.manifest(version.runId));
  const snapshot = await engine.tables.snapshot(spec.query);
  checkKeyTypes(version, snapshot);
  const time = trained.columns.find((column) => column.name === trained.timeColumn) ?? null;
  const common: ScoreTask = {
    model,
    version: name,
    keyColumns: version.keyColumns,
    time,
    snapshot,
    outputTable,
    levels,
  };
  await prepareOutput(engine.tables, outputTable, forecastColumns(common), [spec.query.table]);

  const scored = new Uint8Array(snapshot.partitions);
  const summary = { partitions: snapshot.partitions, ok: 0, noModel: 0, errors: 0, rows: 0 };
  const parts: TablePart[] = [];
  const take = (result: ScoredPart) => {
    if (result.part.rows > 0) parts.push(result.part);
    for (const ordinal of result.ordinals) scored[ordinal] = 1;
    summary.ok += result.ok;
    summary.noModel += result.noModel;
    summary.errors += result.errors;
    summary.rows += result.part.rows;
    onProgress({
      total: snapshot.partitions,
      done: summary.ok + summary.noModel + summary.errors,
      failed: summary.errors,
    });
  };
  const crew = await startCrew(workers, entry, Math.min(spec.workers, index.segments.length));
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
    await perform(
      index.segments.map((segment) => {
        const { definitionSha256, keyArg, exports } = index.sources[segment.source]!;
        return { type: "score-segment", ...common, segment, definitionSha256, keyArg, exports, horizon };
      }),
    );
    await perform(missingTasks(common, scored));
  } catch (error) {
    await engine.tables.discard(outputTable, parts);
    throw error;
  } finally {
    await crew.close();
  }
  const owner = checksum(JSON.stringify([model, name, spec.query.table]));
  await engine.tables.publish(outputTable, owner, parts);
  return { model, version: name, inputTable: spec.query.table, outputTable, ...summary };
}

export function checkLevels(levels: readonly number[]): number[] {
  for (const level of levels)
    if (!(level > 0 && level < 100))
      throw new ManymodelError(
        "usage",
        `level is ${show(level)}; it must be a percentage between 0 and 100, such as 95`,
      );
  return [...new Set(levels)].sort((a, b) => a - b);
}

/** The table's key columns must be of the version's types. @throws {ManymodelError} `input` if not */
export function checkKeyTypes(version: ModelVersion, snapshot: Snapshot): void {
  const list = (columns: ModelVersion["keyColumns"]) => columns.map((c) => `${c.name} (${c.type})`).join(", ");
  const same =
    version.keyColumns.length === snapshot.keyColumns.length &&
    version.keyColumns.every((column, i) => column.type === snapshot.keyColumns[i]!.type);
  if (!same)
    throw new ManymodelError(
      "input",
      `${snapshot.query.table} is partitioned by ${list(snapshot.keyColumns)}, but ${version.model} ${version.version} by ${list(version.keyColumns)}; the types must agree`,
    );
}

function* missingTasks(common: ScoreTask, scored: Uint8Array): Iterable<WorkerRequest> {
  let ordinals: number[] = [];
  for (let ordinal = 0; ordinal <= scored.length; ordinal++) {
    if (ordinal < scored.length && scored[ordinal] === 0) ordinals.push(ordinal);
    const full = ordinals.length > 0 && ordinal - ordinals[0]! >= MISSING_PER_TASK;
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
