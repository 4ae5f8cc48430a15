/** A worker as the roster knows it. */
export interface WorkerRecord {
  readonly name: string;
  /** The run it works for, or null if it serves any. */
  readonly run: string | null;
  readonly startedAt: string;
  /** True if it was asked to stop. */
  readonly stopping: boolean;
}

/**
 * Knows which workers are alive, and tells them when to stop. A worker that is silent for longer than it announced
 * counts as gone. Every engine passes `src/contract/roster.ts`.
 */
export interface Roster {
  /** Adds a worker, alive for `aliveMs` from now. @throws {ManymodelError} `conflict` if an alive one has that name */
  join(worker: { readonly name: string; readonly run: string | null }, aliveMs: number): Promise<void>;
  /**
   * Keeps a worker alive for `aliveMs` from now. Returns false if it was asked to stop, or is no longer on the roster.
   */
  beat(name: string, aliveMs: number): Promise<boolean>;
  /** Removes a worker. */
  leave(name: string): Promise<void>;
  /** Asks workers to stop after their current work; returns how many live workers were asked. */
  stop(names: readonly string[]): Promise<number>;
  /** Returns the workers that are alive, the oldest first. */
  alive(): Promise<WorkerRecord[]>;
}
