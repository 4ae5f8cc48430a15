import { dropOldest } from "../../core/drop-oldest.ts";
import { stagePath } from "../../core/stage-path.ts";
import type { Engine } from "../../ports/engine.ts";
import { completedRun } from "../../runs/read-index.ts";
import { findJson, putJson } from "../../stages/json.ts";
import type { Making, TableCache } from "../partitions/table-cache.ts";
import type { RunAccuracy } from "../wire-night.ts";
import { accuracyOf } from "./run-accuracy.ts";

/** The form of a stored accuracy. Another form is worked out anew. */
const FORMAT = 1;
const MOST_RUNS = 100;

interface StoredAccuracy {
  readonly formatVersion: number;
  readonly accuracy: RunAccuracy;
}

/**
 * The accuracies of completed runs: worked out once from the table of partitions, and stored beside it on the stage for
 * the next process, which then needs no table for them.
 */
export class Accuracies {
  readonly #engine: Engine;
  readonly #tables: TableCache;
  readonly #byRun = new Map<string, RunAccuracy>();

  constructor(engine: Engine, tables: TableCache) {
    this.#engine = engine;
    this.#tables = tables;
  }

  /**
   * Returns the accuracy of a run, or the progress of its table if making that takes longer than `patienceMs`.
   *
   * @throws {ManymodelError} `not-found` for an unknown run, `conflict` if it is not completed, `corrupt` if it was changed
   */
  async of(runId: string, patienceMs: number): Promise<RunAccuracy | Making> {
    const { index, manifest } = await completedRun(this.#engine, runId);
    const { stage } = this.#engine;
    const path = `${stagePath.partitionTable(runId, index.sha256)}/accuracy.json`;
    const remembered = this.#byRun.get(path);
    if (remembered !== undefined) return remembered;
    const stored = await findJson<StoredAccuracy>(stage, path).catch(() => undefined);
    if (stored?.formatVersion === FORMAT) return this.#keep(path, stored.accuracy);
    const table = await this.#tables.get(runId, patienceMs);
    if (!("search" in table)) return table;
    const accuracy = await accuracyOf(table.search.table, manifest.definition.metrics);
    // Readers without the right to write to the stage work it out each time.
    await putJson(stage, path, { formatVersion: FORMAT, accuracy } satisfies StoredAccuracy).catch(() => {});
    return this.#keep(path, accuracy);
  }

  #keep(path: string, accuracy: RunAccuracy): RunAccuracy {
    dropOldest(this.#byRun, MOST_RUNS - 1);
    this.#byRun.set(path, accuracy);
    return accuracy;
  }
}
