import type { RowRange } from "../core/columns/row-range.ts";
import { type PartitionKey, showKey } from "../core/partition-key.ts";
import { levelsToAsk } from "../core/quantile.ts";
import type { AnyModelDefinition } from "../model/define-model.ts";
import type { TablePart } from "../ports/output.ts";
import type { WorkerEngine } from "../ports/worker-engine.ts";
import type { Definitions } from "./definitions.ts";
import { scoreFallback } from "./fallback.ts";
import { ForecastRows } from "./forecast-rows.ts";
import type { JudgedPartition } from "./judge-partition.ts";
import { orderColumns } from "./order-columns.ts";
import { ReadingRows } from "./reading-rows.ts";
import type { Problem, ScoredPartition } from "./score-partition.ts";
import type { ScoreTask } from "./score-task.ts";

/** Partitions by what became of them. */
export type StatusCounts = { [Status in ScoredPartition["status"]]: number };

/** Counts of partitions by status, and which partitions of the input they were. */
export interface ScoredPart {
  /** None without any row. */
  readonly parts: readonly TablePart[];
  readonly counts: StatusCounts;
  readonly ordinals: Int32Array;
  /** The first few that have no model, for people. */
  readonly withoutModel: readonly string[];
  /** Encoded keys of those whose rows stand. */
  readonly kept: readonly string[];
  /** The number of forecasts with fewer steps than were asked for; none when left out. */
  readonly shortened?: number;
  /** The reason why the engine's own compute could not score it, where it was to if it could. */
  readonly scoredHere?: string;
}

const SHOWN = 5;
/** Room is made for so many rows before they come: partitions without a model have one each, whatever the horizon. */
const MOST_ROWS_AHEAD = 65_536;

/** The definition of a task's models, and those of a stage, of which one may forecast partitions without a model. */
export interface Scorers {
  readonly definition: AnyModelDefinition;
  readonly definitions: Definitions;
}

/** The part of a batch that one task gives: its rows, and its counts. */
export class PartOfBatch {
  readonly #task: ScoreTask;
  readonly #scorers: Scorers;
  readonly #rows: ForecastRows | ReadingRows;
  readonly #counts: StatusCounts = { OK: 0, STALE: 0, UNDATED: 0, FALLBACK: 0, NO_MODEL: 0, ERROR: 0, ENDED: 0 };
  readonly #withoutModel: string[] = [];
  readonly #kept: string[] = [];
  #shortened = 0;

  /** @param partitions - how many are to come, about */
  constructor(task: ScoreTask, scorers: Scorers, partitions: number) {
    this.#task = task;
    this.#scorers = scorers;
    const layOrders = task.leadTime === undefined ? undefined : orderColumns;
    this.#rows = task.readings
      ? new ReadingRows(task)
      : new ForecastRows(task, Math.min(partitions * task.horizon, MOST_ROWS_AHEAD), layOrders);
  }

  add(key: PartitionKey, scored: ScoredPartition | JudgedPartition, fingerprint: string | null = null): void {
    if (this.#rows instanceof ReadingRows) this.#rows.add(key, scored, fingerprint);
    else if (!("readings" in scored)) this.#rows.add(key, scored, fingerprint);
    this.count(scored.status, "stopped" in scored && scored.stopped !== undefined);
  }

  /** Counts a partition, whose rows somebody else may write. */
  count(status: ScoredPartition["status"], isShortened = false): void {
    this.#counts[status]++;
    if (isShortened) this.#shortened++;
  }

  /**
   * Adds a partition without a model, with the batch's fallback forecast if it has one.
   *
   * @param rows - its rows in the input, if they were read; and in the table of the future
   */
  async addWithoutModel(
    key: PartitionKey,
    { errorType, errorMessage }: Problem,
    rows: RowRange | undefined,
    future?: RowRange,
  ): Promise<void> {
    const { fallback, snapshot, keyColumns, horizon, levels, quantiles, leadTime } = this.#task;
    if (this.#withoutModel.length < SHOWN) this.#withoutModel.push(showKey(keyColumns, key));
    const why = { errorType, errorMessage };
    const scored =
      fallback !== null &&
      this.#task.readings !== true &&
      rows !== undefined &&
      this.#scorers.definition.scores !== "rows"
        ? await scoreFallback(
            {
              ...{ keyColumns, horizon, levels: levelsToAsk(levels, quantiles) },
              ...(leadTime !== undefined && { leadTime }),
            },
            { snapshot, definitions: this.#scorers.definitions },
            fallback,
            { key, ...rows, ...(future !== undefined && { future }) },
            why,
          )
        : ({ status: "NO_MODEL", ...why } as const);
    this.add(key, scored);
  }

  keep(partitionKey: string, status: ScoredPartition["status"]): void {
    this.#kept.push(partitionKey);
    this.count(status);
  }

  /** @param others - what others wrote of the task's rows */
  async write(
    { output }: Pick<WorkerEngine, "output">,
    ordinals: Int32Array,
    others: readonly TablePart[] = [],
  ): Promise<ScoredPart> {
    const batch = this.#rows.batch();
    const lastParts = batch.length === 0 ? [] : [await output.write(this.#task.outputTable, batch)];
    return {
      parts: [...others, ...lastParts],
      counts: this.#counts,
      ordinals,
      withoutModel: this.#withoutModel,
      kept: this.#kept,
      ...(this.#shortened > 0 && { shortened: this.#shortened }),
    };
  }
}
