import type { IndexedSegment } from "../../core/artifact.ts";
import type { RunManifest } from "../../core/run.ts";
import type { ChunkState } from "../../core/states.ts";
import type { Engine } from "../../ports/engine.ts";
import { Allowance } from "../base/allowance.ts";
import { TableBuilder } from "./build-table.ts";
import { PartitionSearch } from "./partition-search.ts";
import type { RunTable } from "./run-table.ts";

/**
 * The partitions of a run that is not completed: those of the segments that its chunks have committed, read as they come,
 * each once, and no faster than the run can bear.
 */
export class LiveTable {
  readonly #engine: Engine;
  readonly #manifest: RunManifest;
  readonly #builder: TableBuilder;
  readonly #segments: IndexedSegment[] = [];
  readonly #read = new Set<number>();
  readonly #allowance = new Allowance();
  #table: RunTable | undefined;
  #reading: Promise<RunTable> | undefined;

  constructor(engine: Engine, manifest: RunManifest) {
    this.#engine = engine;
    this.#manifest = manifest;
    this.#builder = new TableBuilder(manifest.partitions);
  }

  /** Returns the table as it is; what was committed meanwhile is read first, as far as that may be. */
  get(): Promise<RunTable> {
    if (this.#table !== undefined && !this.#allowance.isLeft) return Promise.resolve(this.#table);
    this.#reading ??= this.#readOn().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #readOn(): Promise<RunTable> {
    const { stage, queue } = this.#engine;
    const spend = <T>(work: () => Promise<T>) => this.#allowance.spend(work);
    const chunks = await spend(() => queue.chunks(this.#manifest.runId));
    const counted = (states: readonly ChunkState[]) =>
      chunks.reduce((sum, { state, partitions }) => sum + (states.includes(state) ? partitions : 0), 0);
    const [committed, done] = [counted(["finished"]), counted(["finished", "failed"])];
    for (const { chunk, segment } of chunks) {
      if (segment === null || this.#read.has(chunk)) continue;
      const indexed = { ...segment, source: 0 };
      await spend(() => this.#builder.add(stage, indexed, chunk));
      this.#read.add(chunk);
      this.#segments.push(indexed);
      if (!this.#allowance.isLeft) break;
    }
    const there = this.#builder.rows;
    const before = this.#table?.search;
    const search = before?.table.head.rows === there ? before : await spend(async () => this.#search());
    const segments = [...this.#segments];
    this.#table = {
      search,
      manifest: this.#manifest,
      segments: async () => segments,
      progress: { there, committed, done },
      spend,
    };
    return this.#table;
  }

  #search(): PartitionSearch {
    const { head, columns, planOrder, metrics } = this.#builder.build();
    const metric = async (name: string) => metrics[head.metrics.indexOf(name)];
    return new PartitionSearch({ head, ...columns, planOrder, metric });
  }
}
