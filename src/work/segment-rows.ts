import { at } from "../core/aligned.ts";
import type { TrainedPartition } from "../core/artifact.ts";
import { getColumn, matchColumn } from "../core/columns/column.ts";
import { type RowRange, rowRanges } from "../core/columns/row-range.ts";
import type { AnyModelDefinition } from "../model/define-model.ts";
import { type Frame, frame } from "../model/frame.ts";
import { parseTime } from "../model/interval.ts";
import type { PartitionRows, Source } from "../ports/source.ts";
import { RowsOnDemand } from "./rows-on-demand.ts";
import type { ScoringData } from "./score-partition.ts";
import type { ScoreSegment } from "./score-task.ts";

/** Rows that models may take in, of each partition, and what stands for all others. */
interface NewerRows {
  readonly ranges: readonly RowRange[];
  /** No rows, which is what most partitions have: to make a frame takes longer than to find that out. */
  readonly none: Frame;
  readonly others: RowsOnDemand;
}

/**
 * The rows of a segment's partitions in the input of a batch. At first they are only those that models may take in, as far as
 * these can be told; all are read if a definition asks for others.
 */
export class SegmentRows {
  readonly #definition: AnyModelDefinition;
  readonly #readAll: () => Promise<RowRange[]>;
  #all: readonly RowRange[] = [];
  /** Set until all rows are read. */
  #newer: NewerRows | undefined;

  private constructor(definition: AnyModelDefinition, readAll: () => Promise<RowRange[]>) {
    this.#definition = definition;
    this.#readAll = readAll;
  }

  /** @param ordinals - the positions of the partitions in the task's snapshot */
  static async read(
    source: Source,
    task: ScoreSegment,
    definition: AnyModelDefinition,
    partitions: readonly TrainedPartition[],
    ordinals: readonly number[],
  ): Promise<SegmentRows> {
    const rows = new SegmentRows(definition, async () => rowRanges(await source.read(task.snapshot, ordinals)));
    const newer = NEED_ALL.has(definition) ? undefined : await readNewer(source, task, partitions, ordinals);
    if (newer === undefined) await rows.readAll();
    else {
      const none = frame(newer.batch, 0, 0);
      rows.#newer = { ranges: rowRanges(newer), none, others: new RowsOnDemand(none.columns) };
    }
    return rows;
  }

  /** Returns all rows of the partition at a place of the segment, if they were read. */
  range(place: number): RowRange | undefined {
    return this.#all[place];
  }

  /** Returns the rows of the partition at a place of the segment as it is scored with them. */
  of(place: number): Pick<ScoringData, "data" | "newer"> {
    if (this.#newer === undefined) return { data: rangeFrame(at(this.#all, place)) };
    const { ranges, none, others } = this.#newer;
    const newer = at(ranges, place);
    return { data: others.data, newer: newer.start === newer.end ? none : rangeFrame(newer) };
  }

  /** True if what was scored last is void, because it has asked for rows that were not read. */
  get areMissed(): boolean {
    return this.#newer?.others.isAsked === true;
  }

  /** Reads all rows, and remembers for further segments if the definition has asked for them. */
  async readAll(): Promise<void> {
    if (this.areMissed) NEED_ALL.add(this.#definition);
    this.#all = await this.#readAll();
    this.#newer = undefined;
  }
}

/** The definitions that have asked for rows which were not read. */
const NEED_ALL = new WeakSet<AnyModelDefinition>();

const rangeFrame = ({ batch, start, end }: RowRange): Frame => frame(batch, start, end);

/**
 * Reads the rows of partitions that may be newer than their models; undefined where only all rows tell which those are, or where
 * more than the forecast needs rows.
 */
async function readNewer(
  source: Source,
  { snapshot, time, advance, fallback, fingerprints, readings }: ScoreSegment,
  partitions: readonly TrainedPartition[],
  ordinals: readonly number[],
): Promise<PartitionRows | undefined> {
  const { columns, timeColumn, keyColumns, query } = snapshot;
  const type = columns.find(({ name }) => name === timeColumn)?.type;
  const keys = keyColumns.map(({ name }) => name);
  const order = (query.orderBy ?? []).filter((column) => matchColumn(keys, column) === undefined);
  const isByTime = order.length === 1 && time !== null && time.name === timeColumn && time.type === type;
  if (!isByTime || !advance || fallback !== null || fingerprints || readings) return undefined;
  if (type !== "date" && type !== "timestamp" && type !== "number") return undefined;
  const end = earliestEnd(type, partitions);
  if (end === undefined) return undefined;
  const rows = await source.read(snapshot, ordinals, end);
  // What is wrong with a row without a time is said with its place among all rows.
  return (getColumn(rows.batch, time.name).values as Float64Array).includes(NaN) ? undefined : rows;
}

/** Returns the earliest of the last times that models were fitted to; undefined if none has one. */
function earliestEnd(
  type: "date" | "timestamp" | "number",
  partitions: readonly TrainedPartition[],
): number | undefined {
  let earliest = Infinity;
  let last: string | undefined;
  for (const { model, lastTs } of partitions) {
    // Most series of a table end together.
    if (model === null || lastTs === null || lastTs === last) continue;
    last = lastTs;
    earliest = Math.min(earliest, parseTime(type, lastTs));
  }
  return Number.isFinite(earliest) ? earliest : undefined;
}
