import path from "node:path";
import type { SegmentInfo } from "../../core/artifact.ts";
import type { WorkerRecord } from "../../ports/roster.ts";
import { workerEntry } from "../worker-program.ts";
import type { Workspace } from "../workspace.ts";

/** Options of this process as a worker on the workspace's queue. */
export interface ServeWorkOptions {
  /** Worker threads; one per core when left out. */
  readonly workers?: number;
  /**
   * The run to work for, until it has ended. When left out, the process works for all runs until `signal` is aborted.
   */
  readonly run?: string;
  /** Called after each chunk. */
  readonly onChunk?: (run: string, segment: SegmentInfo) => void;
  /** Claims no further chunk when it is aborted. Chunks that have started will finish. */
  readonly signal: AbortSignal;
}

/** The work that a process did. */
export interface ServedWork {
  readonly chunks: number;
  readonly partitions: number;
  readonly failed: number;
}

/** Workers in the background. */
export interface AddedWorkers {
  readonly job: string;
  readonly count: number;
  /** The folder of their logs. */
  readonly logs: string;
}

/** The workers that serve a workspace's queue. */
export class WorkspaceWorkers {
  readonly #workspace: Workspace;

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
  }

  /** Returns the workers that are alive. */
  list(): Promise<WorkerRecord[]> {
    return this.#workspace.engine.roster.alive();
  }

  /** Starts workers in the background, each a process with one thread. */
  async add(count: number, { run }: { readonly run?: string } = {}): Promise<AddedWorkers> {
    const { openFleet } = await import("../open-fleet.ts");
    const { fleet, logs, config } = await openFleet(this.#workspace, "process");
    const args = ["worker", "--config", config, "--workers", "1", ...(run === undefined ? [] : ["--run", run])];
    const name = run ?? "workers";
    const job = await fleet.launch({ name, kind: "workers", count, args });
    return { job, count, logs: path.join(logs, name) };
  }

  /** Asks workers to stop after the chunks that they have started; returns how many were asked. */
  async stop(names: readonly string[] | "all"): Promise<number> {
    const { roster } = this.#workspace.engine;
    return roster.stop(names === "all" ? (await roster.alive()).map(({ name }) => name) : names);
  }

  /** Works in this process on the chunks of all runs of the workspace, the oldest run first. */
  async serve({ workers, run, onChunk, signal }: ServeWorkOptions): Promise<ServedWork> {
    const { engine } = this.#workspace;
    const total = { chunks: 0, partitions: 0, failed: 0 };
    const { serveQueue } = await import("../../crew/serve-queue.ts");
    await serveQueue(engine, engine.workers, workerEntry(engine.address), {
      count: workers ?? engine.workers.parallelism,
      run: run ?? null,
      signal,
      onChunk(of, segment) {
        total.chunks++;
        total.partitions += segment.rows;
        total.failed += segment.failed;
        onChunk?.(of, segment);
      },
    });
    return total;
  }
}
