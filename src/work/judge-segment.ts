import { at, zip } from "../core/aligned.ts";
import type { IndexedSegment, PartitionOutcome } from "../core/artifact.ts";
import { type ColumnBatch, type ColumnInfo, matchColumn } from "../core/columns/column.ts";
import { deepFreeze, type PlainData } from "../core/columns/plain-data.ts";
import { type RowRange, rowRanges } from "../core/columns/row-range.ts";
import {
  addEvidence,
  type GateCulprit,
  type GateEvidence,
  type GateMetric,
  NO_EVIDENCE,
  worstCulprits,
} from "../core/gate.ts";
import type { ModelVersion } from "../core/registry.ts";
import { LONGEST_HORIZON, type Snapshot } from "../core/run.ts";
import { frame } from "../model/frame.ts";
import { gridPositions, parseTime } from "../model/interval.ts";
import { findTarget, observedRows } from "../model/planned-rows.ts";
import { readTimes } from "../model/time-axis.ts";
import type { WorkerEngine } from "../ports/worker-engine.ts";
import { segmentRows } from "../runs/read-index.ts";
import type { FoundPartition, TrainedModels } from "../runs/trained-models.ts";
import type { DefinitionSource, Definitions } from "./definitions.ts";
import { scoreOwned } from "./score-owned.ts";
import type { ScoredPartition } from "./score-partition.ts";
import type { Clock } from "./train-chunk.ts";
import { trainPartition } from "./train-chunk.ts";
import { dataHash } from "./train-partition.ts";

/** The recipe of a version's models. */
interface Recipe extends DefinitionSource {
  readonly keyArg: string;
  readonly exports: PlainData;
  readonly seed: number;
}

/** Compare the models of one segment of a new version with those of the version that an alias means. */
export interface JudgeSegment {
  readonly segment: IndexedSegment;
  readonly candidate: Recipe;
  /** The data that the candidate was trained on. */
  readonly snapshot: Snapshot;
  readonly current: ModelVersion;
  readonly currentSeed: number;
  readonly currentSnapshot: Snapshot;
  /** The column that both forecast. */
  readonly target: string;
  /** The number of last observations of each partition that are forecast. */
  readonly holdout: number;
  readonly metric: GateMetric;
  /** True to measure losses, which takes fits. Otherwise only differences and new observations are counted. */
  readonly measures: boolean;
}

/** The result of comparing a segment. */
export interface SegmentJudgement {
  readonly evidence: GateEvidence;
  /** Partitions with a model in both versions whose comparison failed, or that are too short for one. */
  readonly unjudged: number;
  readonly culprits: readonly GateCulprit[];
}

/** The tools that all comparisons of a worker share. */
export interface JudgeTools {
  readonly engine: Pick<WorkerEngine, "stage" | "source">;
  readonly definitions: Definitions;
  readonly models: TrainedModels;
  readonly clock: Clock;
}

/** The coverage, in percent, of the intervals that new observations are held against. */
const LEVEL = 95;

/**
 * Compares both versions on each partition of a segment. The last `holdout` observations are forecast from the origin before
 * them, by each version as it would have been at that origin:
 *
 * - A version whose model was trained on nothing after the origin forecasts by that model, after it has taken in the rows
 *   up to the origin.
 * - A version whose model has seen what is to be forecast is trained anew, by its own definition, exports and seed, on the
 *   rows up to the origin, as its own training data have them.
 *
 * So no version is judged on observations that it was fitted to.
 */
export async function judgeSegment(tools: JudgeTools, task: JudgeSegment): Promise<SegmentJudgement> {
  const { source, stage } = tools.engine;
  const rows = (await segmentRows(stage, task.segment, { summary: true })).map(({ row }) => row);
  const keys = rows.map(({ key }) => key);
  const places = await source.locate(task.snapshot, keys);
  const newRows = rowRanges(await source.read(task.snapshot, Array.from(places)));
  const before = await source.locate(task.currentSnapshot, keys);
  const theirs = rowRanges(await source.read(task.currentSnapshot, Array.from(before)));
  const opened = await tools.models.open(task.current);
  let evidence = NO_EVIDENCE;
  let unjudged = 0;
  const culprits: GateCulprit[] = [];
  for (const [row, [data, earlier]] of zip(rows, zip(newRows, theirs))) {
    if (row.outcome !== "succeeded") {
      const why = `${row.errorType ?? row.outcome}: ${row.errorMessage ?? ""}`;
      culprits.push({ partitionKey: row.partitionKey, reason: "failed", why, weight: 0 });
      continue;
    }
    const current = await tools.models.find(opened, row.partitionKey);
    if (current === undefined || current.trained.model === null) continue;
    const comparison = new Comparison(tools, task, { row, data, earlier, found: current, time: opened.time });
    const result = await comparison.judge();
    if (result.judged === 0) unjudged++;
    evidence = addEvidence(evidence, result);
    culprits.push(...comparison.culprits);
  }
  return { evidence, unjudged, culprits: worstCulprits(culprits) };
}

/** A partition in both versions. */
interface Both {
  readonly row: PartitionOutcome;
  readonly data: RowRange;
  readonly earlier: RowRange;
  readonly found: FoundPartition;
  /** The time column of the current version's training data. */
  readonly time: ColumnInfo | null;
}

/** The comparison of two versions on one partition. */
class Comparison {
  readonly culprits: GateCulprit[] = [];
  readonly #tools: JudgeTools;
  readonly #task: JudgeSegment;
  readonly #both: Both;
  readonly #observations: Float64Array;
  readonly #times: Float64Array | null;
  /** The number of rows up to the origin. */
  readonly #origin: number;

  constructor(tools: JudgeTools, task: JudgeSegment, both: Both) {
    this.#tools = tools;
    this.#task = task;
    this.#both = both;
    const { batch, start, end } = both.data;
    const all = frame(batch, start, end);
    const target = findTarget({ target: task.target }, all.columns);
    const data = frame(batch, start, start + (target === undefined ? 0 : observedRows(all, target)));
    this.#observations = data.length === 0 || target === undefined ? new Float64Array(0) : data.series(target.name);
    this.#times = timesOf(data, task.snapshot);
    this.#origin = data.length - task.holdout;
  }

  async judge(): Promise<GateEvidence> {
    const observations = await this.#seen();
    if (this.#origin < this.#task.holdout) return { ...NO_EVIDENCE, ...observations };
    const same = this.#isSame();
    const basis = { ...NO_EVIDENCE, ...observations, judged: 1, differing: same ? 0 : 1 };
    if (!this.#task.measures) return basis;
    const candidate = this.#knownErrors() ?? (await this.#errors("candidate"));
    const current = same ? candidate : await this.#errors("current");
    if (candidate === undefined || current === undefined) return { ...NO_EVIDENCE, ...observations };
    const { row } = this.#both;
    if (candidate.loss > current.loss)
      this.culprits.push({
        partitionKey: row.partitionKey,
        reason: "errors",
        why: `mean absolute error ${short(candidate.mae)} against ${short(current.mae)}`,
        weight: candidate.loss - current.loss,
      });
    const actuals = this.#observations.subarray(this.#origin).filter((value) => !Number.isNaN(value));
    return {
      ...basis,
      observations: actuals.length,
      size: actuals.reduce((sum, value) => sum + Math.abs(value), 0),
      candidateLoss: candidate.loss,
      currentLoss: current.loss,
    };
  }

  /**
   * Returns the observations since the current model was trained, and those outside the intervals that it forecasts for
   * them.
   */
  async #seen(): Promise<Pick<GateEvidence, "fresh" | "outside">> {
    const none = { fresh: 0, outside: 0 };
    const { found, row } = this.#both;
    const last = this.#lastSeen();
    const { interval } = found.trained;
    if (last === null || this.#times === null || interval === null || this.#task.measures) return none;
    const from = this.#times.findIndex((time) => time > last);
    if (from < 0) return none;
    const values = this.#observations.subarray(from);
    const positions = gridPositions(Float64Array.of(last, ...this.#times.subarray(from)), interval);
    const count = values.filter((value) => !Number.isNaN(value)).length;
    if (positions === null) return { fresh: count, outside: count };
    const steps = at(positions, -1);
    if (steps > LONGEST_HORIZON) return none;
    const scored = await this.#score(found, { from, steps, levels: [LEVEL], advance: false });
    if (scored?.status !== "OK" || scored.stopped !== undefined) return none;
    const [lower, upper] = [scored.lower[0], scored.upper[0]];
    if (lower === undefined || upper === undefined) return none;
    let [fresh, outside] = [0, 0];
    let newest: string | undefined;
    for (const [value, position] of zip(values, positions.subarray(1))) {
      const [low, high] = [at(lower, position - 1), at(upper, position - 1)];
      if (Number.isNaN(value) || Number.isNaN(low) || Number.isNaN(high)) continue;
      fresh++;
      if (value >= low && value <= high) continue;
      outside++;
      newest = `${short(value)} where ${short(low)} to ${short(high)} was forecast`;
    }
    if (newest !== undefined)
      this.culprits.push({ partitionKey: row.partitionKey, reason: "outside", why: newest, weight: outside / fresh });
    return { fresh, outside };
  }

  /** Returns the last time that the current model was trained on; null without one. */
  #lastSeen(): number | null {
    const { found, time } = this.#both;
    const { lastTs } = found.trained;
    if (time === null || lastTs === null || time.type === "string" || time.type === "boolean") return null;
    return parseTime(time.type === "integer" ? "number" : time.type, lastTs);
  }

  /** Tells whether the current model has seen observations that are to be forecast. */
  #hasSeen(): boolean {
    const last = this.#lastSeen();
    return last === null || this.#times === null || last > at(this.#times, this.#origin - 1);
  }

  /**
   * Returns the rows up to the origin as the current version was trained on them; the candidate's where it has none
   * there.
   */
  #earlierRows(): RowRange {
    const { data, earlier } = this.#both;
    const range = { ...data, end: data.start + this.#origin };
    const times = timesOf(frame(earlier.batch, earlier.start, earlier.end), this.#task.currentSnapshot);
    if (times === null || this.#times === null) return range;
    const origin = at(this.#times, this.#origin - 1);
    if (!(times.length > 0 && at(times, -1) >= origin)) return range;
    const after = times.findIndex((time) => time > origin);
    return after < 0 ? earlier : { ...earlier, end: earlier.start + after };
  }

  /** Tells whether both versions would have the same model at the origin. */
  #isSame(): boolean {
    const { found, data } = this.#both;
    const { candidate, currentSeed } = this.#task;
    const { source } = found;
    if (
      !this.#hasSeen() ||
      source.definitionSha256 !== candidate.definitionSha256 ||
      source.learnt?.sha256 !== candidate.learnt?.sha256 ||
      source.keyArg !== candidate.keyArg ||
      currentSeed !== candidate.seed ||
      JSON.stringify(source.exports) !== JSON.stringify(candidate.exports)
    )
      return false;
    const earlier = this.#earlierRows();
    return (
      dataHash(earlier.batch, earlier.start, earlier.end) ===
      dataHash(data.batch, data.start, data.start + this.#origin)
    );
  }

  /**
   * Returns the candidate's errors as its training measured them, where that held out the same observations: as many, without a
   * gap among them.
   */
  #knownErrors(): Errors | undefined {
    const { row } = this.#both;
    const { candidate, holdout, metric } = this.#task;
    const { holdout: measured } = (candidate.exports ?? {}) as { holdout?: unknown };
    const actuals = this.#observations.subarray(this.#origin);
    if (measured !== holdout || this.#steps() !== holdout || actuals.some((value) => Number.isNaN(value)))
      return undefined;
    const metrics = JSON.parse(row.metrics ?? "{}") as { readonly [name: string]: number | null };
    const [mae, rmse] = [metrics.holdout_mae, metrics.holdout_rmse];
    if (typeof mae !== "number" || typeof rmse !== "number") return undefined;
    return { mae, loss: metric === "rmse" ? rmse ** 2 * actuals.length : mae * actuals.length };
  }

  /** Counts the steps from the origin to the series' last observation. */
  #steps(): number {
    return at(this.#positions(), -1);
  }

  /**
   * Returns the position of each observation after the origin, in steps from it; one a row where the series keeps no
   * interval.
   */
  #positions(): Int32Array {
    const { interval } = this.#both.row;
    const times = this.#times?.subarray(this.#origin - 1);
    const placed = times === undefined || interval === null ? null : gridPositions(times, interval);
    return (placed ?? Int32Array.from({ length: this.#task.holdout + 1 }, (_, i) => i)).subarray(1);
  }

  /** Returns the errors of a version's forecasts from the origin; undefined where it makes none. */
  async #errors(version: "candidate" | "current"): Promise<Errors | undefined> {
    const { found, data } = this.#both;
    const { candidate, snapshot, currentSnapshot, currentSeed } = this.#task;
    const horizon = { from: this.#origin, steps: this.#steps(), levels: [] };
    if (version === "current" && !this.#hasSeen()) {
      const scored = await this.#score(found, { ...horizon, advance: true });
      if (scored?.status === "OK" && scored.stopped === undefined) return this.#measure(scored.mean);
    }
    const recipe = version === "candidate" ? candidate : found.source;
    const { keyArg, exports } = recipe;
    const rows = version === "candidate" ? { ...data, end: data.start + this.#origin } : this.#earlierRows();
    const plan = {
      snapshot: rows.batch === data.batch ? snapshot : currentSnapshot,
      keyArg,
      exports: deepFreeze(exports),
      seed: version === "candidate" ? candidate.seed : currentSeed,
    };
    // Trained alone: what its run learnt has seen the observations.
    const definition = await this.#tools.definitions({ definitionSha256: recipe.definitionSha256 });
    const { partitionKey } = this.#both.row;
    const trained = await trainPartition(
      { plan, definition, attempt: 1, clock: this.#tools.clock },
      { position: 0, partitionKey, ...rows },
    );
    const source = { ...recipe, runId: found.source.runId };
    const scored = await this.#score({ trained, source }, { ...horizon, advance: false });
    return scored?.status === "OK" && scored.stopped === undefined ? this.#measure(scored.mean) : undefined;
  }

  /** Forecasts from a model: the rows before `from` are known, those from there on but for the target. */
  async #score(
    { trained, source }: FoundPartition,
    { from, steps, levels, advance }: Asked,
  ): Promise<ScoredPartition | undefined> {
    const definition = await this.#tools.definitions(source);
    if (definition.scores === "rows") return undefined;
    const { snapshot, target } = this.#task;
    const { data } = this.#both;
    const time = snapshot.columns.find(({ name }) => name === snapshot.timeColumn) ?? null;
    const { keyArg, exports } = source;
    const plan = { definition, keyColumns: snapshot.keyColumns, keyArg, exports: deepFreeze(exports), time };
    const isWhole = this.#observations.length - from === steps;
    return scoreOwned({ ...plan, horizon: steps, levels, advance }, trained, {
      data: frame(data.batch, data.start, data.start + from),
      ...(isWhole &&
        time !== null && {
          future: frame(withoutTarget(data.batch, target), data.start + from, data.start + this.#observations.length),
        }),
    });
  }

  #measure(mean: Float64Array): Errors {
    let [absolute, squares, n] = [0, 0, 0];
    for (const [value, position] of zip(this.#observations.subarray(this.#origin), this.#positions())) {
      if (Number.isNaN(value)) continue;
      const error = value - at(mean, position - 1);
      absolute += Math.abs(error);
      squares += error ** 2;
      n++;
    }
    return { mae: absolute / n, loss: this.#task.metric === "rmse" ? squares : absolute };
  }
}

/** A version's errors on a partition: their mean, and the loss that is summed over partitions. */
interface Errors {
  readonly mae: number;
  readonly loss: number;
}

/** The request to a model. */
interface Asked {
  readonly from: number;
  readonly steps: number;
  readonly levels: readonly number[];
  readonly advance: boolean;
}

/** Returns the times of rows; null where rows have none that can be compared. */
function timesOf(data: ReturnType<typeof frame>, { timeColumn, columns }: Snapshot): Float64Array | null {
  const type = columns.find(({ name }) => name === timeColumn)?.type;
  if (timeColumn === null || type === undefined || type === "string" || type === "boolean") return null;
  return readTimes(data, timeColumn).times;
}

/** Returns a batch without the column that is to be forecast. */
function withoutTarget({ length, columns }: ColumnBatch, target: string): ColumnBatch {
  const name = matchColumn(Object.keys(columns), target);
  return { length, columns: Object.fromEntries(Object.entries(columns).filter(([column]) => column !== name)) };
}

const short = (value: number) => String(Number(value.toPrecision(3)));
