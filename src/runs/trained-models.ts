import type { IndexSource, ModelIndex, PartitionOutcome, TrainedPartition } from "../core/artifact.ts";
import type { ColumnInfo } from "../core/columns/column.ts";
import type { ModelVersion } from "../core/registry.ts";
import type { RunManifest, Snapshot } from "../core/run.ts";
import { stagePath } from "../core/stage-path.ts";
import type { Stage } from "../ports/stage.ts";
import { getJson } from "../stages/json.ts";
import { openFinder, type PartitionFinder } from "./find-partition.ts";
import { LruCache } from "./lru-cache.ts";
import { blockStart, getSource, readIndex, segmentBlock } from "./read-index.ts";

/** A version whose partitions can be found. */
export interface OpenVersion {
  readonly index: ModelIndex;
  /** The columns of the training data, and which of them is its time. */
  readonly columns: readonly ColumnInfo[];
  readonly time: ColumnInfo | null;
  /** The columns that its definition adds to forecasts. */
  readonly output: readonly ColumnInfo[];
  /** The training data, as they were pinned. */
  readonly snapshot: Snapshot;
  readonly finder: PartitionFinder;
}

/** A partition as scoring needs it, and which of its version's sources it is of. */
export interface FoundPartition {
  readonly trained: TrainedPartition;
  readonly source: IndexSource;
}

/** Versions that stay open; each holds 16 bytes a partition. */
const OPEN_VERSIONS = 16;
/** The weight of a row beside its texts, in bytes. */
const ROW_BYTES = 300;

/** Finds trained partitions of versions, and keeps in memory what was used last. */
export class TrainedModels {
  readonly #stage: Stage;
  readonly #versions = new LruCache<OpenVersion>(OPEN_VERSIONS);
  readonly #blocks: LruCache<readonly Row[]>;
  /** Reads under way: a second reader waits for the same one. */
  readonly #reading = new Map<string, Promise<unknown>>();
  readonly #onLookup: (hit: boolean) => void;

  /**
   * @param bytes - memory for models
   * @param onLookup - told of every partition that was looked up whether it was in memory
   */
  constructor(stage: Stage, bytes: number, onLookup: (hit: boolean) => void = () => {}) {
    this.#stage = stage;
    this.#blocks = new LruCache(bytes);
    this.#onLookup = onLookup;
  }

  /** Bytes of models that are in memory. */
  get bytes(): number {
    return this.#blocks.weight;
  }

  /** Opens a version: reads its index and the index of its keys. @throws {ManymodelError} `corrupt` */
  async open(version: ModelVersion): Promise<OpenVersion> {
    const name = version.index.path + version.index.sha256;
    return (
      this.#versions.get(name) ??
      this.#once(name, async () => {
        const index = await readIndex(this.#stage, version.index, `${version.model} ${version.version} was registered`);
        const { snapshot, definition } = await getJson<RunManifest>(this.#stage, stagePath.manifest(version.runId));
        const opened = {
          index,
          columns: snapshot.columns,
          time: snapshot.columns.find(({ name }) => name === snapshot.timeColumn) ?? null,
          output: definition.output ?? [],
          snapshot,
          finder: await openFinder(this.#stage, index),
        };
        this.#versions.set(name, opened, 1);
        return opened;
      })
    );
  }

  /**
   * Returns the partition of an encoded key, or undefined if the version has none. @throws {ManymodelError} `corrupt`
   */
  async find({ finder, index }: OpenVersion, partitionKey: string): Promise<FoundPartition | undefined> {
    for (const { segment, at } of finder.places(partitionKey)) {
      const start = blockStart(at);
      const name = `${segment.path} ${start}`;
      const cached = this.#blocks.get(name);
      this.#onLookup(cached !== undefined);
      const rows =
        cached ??
        (await this.#once(name, async () => {
          const read = (await segmentBlock(this.#stage, segment, start)).rows.map(pick);
          this.#blocks.set(
            name,
            read,
            read.reduce((sum, row) => sum + weigh(row), 0),
          );
          return read;
        }));
      const row = rows[at - start];
      if (row?.partitionKey === partitionKey) return { trained: row, source: getSource(index, segment) };
    }
    return undefined;
  }

  #once<T>(name: string, read: () => Promise<T>): Promise<T> {
    const pending = this.#reading.get(name) as Promise<T> | undefined;
    if (pending !== undefined) return pending;
    const reading = read().finally(() => this.#reading.delete(name));
    this.#reading.set(name, reading);
    return reading;
  }
}

type Row = TrainedPartition & Pick<PartitionOutcome, "partitionKey">;

function pick({ partitionKey, key, model, lastTs, interval, seed, errorType, errorMessage }: PartitionOutcome): Row {
  return { partitionKey, key, model, lastTs, interval, seed, errorType, errorMessage };
}

function weigh({ partitionKey, model, errorMessage }: Row): number {
  return ROW_BYTES + 2 * partitionKey.length + (model?.length ?? 0) + (errorMessage?.length ?? 0);
}
