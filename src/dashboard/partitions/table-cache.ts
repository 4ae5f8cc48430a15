import { dropOldest } from "../../core/drop-oldest.ts";
import type { RunManifest } from "../../core/run.ts";
import { stagePath } from "../../core/stage-path.ts";
import type { Engine } from "../../ports/engine.ts";
import { knownRun } from "../../runs/known-run.ts";
import { type CompletedRun, completedRun, readIndex } from "../../runs/read-index.ts";
import { buildTable } from "./build-table.ts";
import { LiveTable } from "./live-table.ts";
import { PartitionSearch } from "./partition-search.ts";
import { getTable, putTable, tableBytes } from "./partition-table.ts";
import type { RunTable } from "./run-table.ts";

/** The tables that are in memory may take so much together; the one asked for last always stays. */
const MOST_BYTES = 512 * 2 ** 20;

/** As many runs in progress are followed at once. */
const MOST_LIVE = 4;

/** The progress of a table under construction. */
export interface Making {
  readonly done: number;
  readonly total: number;
}

interface Entry {
  readonly search: Promise<PartitionSearch>;
  making: Making;
  bytes: number;
}

/**
 * The tables of runs' partitions: made from the segments when one is first asked for, kept on the stage for the next
 * process, and in memory as long as there is room.
 */
export class TableCache {
  readonly #engine: Engine;
  readonly #entries = new Map<string, Entry>();
  readonly #live = new Map<string, LiveTable>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /**
   * Returns a run's table, or how far that is, if making it takes longer than `patienceMs`. Of a run in progress, the
   * partitions that are there.
   *
   * @throws {ManymodelError} `not-found` for an unknown run, `conflict` if it was not planned, `corrupt` if it was changed
   */
  async get(runId: string, patienceMs: number): Promise<RunTable | Making> {
    const { state, manifest } = await knownRun(this.#engine.catalog, runId);
    if (state !== "completed" && manifest !== null) return this.#inProgress(runId, manifest).get();
    this.#live.delete(runId);
    const run = await completedRun(this.#engine, runId);
    const search = await this.#completed(run, patienceMs);
    if (!("table" in search)) return search;
    const { stage } = this.#engine;
    return {
      search,
      manifest: run.manifest,
      segments: async () => (await readIndex(stage, run.index, `run ${runId} was completed`)).segments,
      progress: null,
      spend: (work) => work(),
    };
  }

  #inProgress(runId: string, manifest: RunManifest): LiveTable {
    const table = this.#live.get(runId) ?? new LiveTable(this.#engine, manifest);
    this.#live.delete(runId);
    this.#live.set(runId, table);
    dropOldest(this.#live, MOST_LIVE);
    return table;
  }

  async #completed({ runId, index, manifest }: CompletedRun, patienceMs: number): Promise<PartitionSearch | Making> {
    const name = `${runId} ${index.sha256}`;
    let entry = this.#entries.get(name);
    if (entry === undefined) {
      const making = { done: 0, total: manifest.partitions };
      const created: Entry = {
        search: this.#open(runId, (done) => (created.making = { ...making, done })),
        making,
        bytes: 0,
      };
      entry = created;
      created.search.then(
        ({ table }) => {
          created.bytes = tableBytes(table);
          this.#trim(name);
        },
        () => this.#entries.delete(name),
      );
    }
    // The latest is last.
    this.#entries.delete(name);
    this.#entries.set(name, entry);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<Making>((resolve) => {
      timer = setTimeout(() => resolve(entry.making), patienceMs);
    });
    return Promise.race([entry.search, late]).finally(() => clearTimeout(timer));
  }

  async #open(runId: string, onProgress: (done: number) => void): Promise<PartitionSearch> {
    const { stage } = this.#engine;
    const { index } = await completedRun(this.#engine, runId);
    const stored = await getTable(stage, runId, index.sha256);
    if (stored !== undefined) return new PartitionSearch(stored);
    const built = await buildTable(stage, await readIndex(stage, index, `run ${runId} was completed`), onProgress);
    const folder = stagePath.partitionTable(runId, index.sha256);
    try {
      await putTable(stage, folder, built.head, built.columns, built.metrics);
      const table = await getTable(stage, runId, index.sha256);
      if (table !== undefined) return new PartitionSearch(table);
    } catch {
      // Who may not write to the stage may look all the same.
    }
    const metric = async (name: string) => built.metrics[built.head.metrics.indexOf(name)];
    return new PartitionSearch({ head: built.head, ...built.columns, metric });
  }

  #trim(latest: string): void {
    let total = [...this.#entries.values()].reduce((sum, { bytes }) => sum + bytes, 0);
    for (const [name, { bytes }] of this.#entries) {
      if (total <= MOST_BYTES || name === latest) continue;
      this.#entries.delete(name);
      total -= bytes;
    }
  }
}
