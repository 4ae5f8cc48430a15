import type { Launcher } from "../core/launcher.ts";

/** The request to a fleet: one command of this package, several times. */
export interface FleetJob {
  /** The name of the job: a run's id. */
  readonly name: string;
  /**
   * `tasks`: each once to its end, again where its machine was lost; told by its environment which of them it is
   * (`MANYMODEL_TASK`, from 0) and by a number that no other execution has (`MANYMODEL_ATTEMPT`). `workers`: all alike.
   */
  readonly kind: "tasks" | "workers";
  readonly count: number;
  /** Arguments of `manymodel`. */
  readonly args: readonly string[];
  /** The job that must have ended, however it did, before this one begins. */
  readonly after?: string;
}

/** The status of a job: the number of its executions in each state. */
export interface FleetStatus {
  readonly waiting: number;
  readonly running: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly cancelled: number;
  /** The fleet's reason for waiting or failing; empty if there is none. */
  readonly reason: string;
}

/** A job that has no execution in any state: the fleet has forgotten it, which it does some time after its end. */
export const FORGOTTEN: FleetStatus = { waiting: 0, running: 0, succeeded: 0, failed: 0, cancelled: 0, reason: "" };

/** Has machines run jobs: a batch system, or this machine. It owns queueing, quotas and the loss of machines. */
export interface Fleet {
  readonly launcher: Launcher;
  /** Kinds of job that it runs; the first is what it is best at. */
  readonly kinds: readonly FleetJob["kind"][];
  /** True if a job may wait for another (`after`). */
  readonly dependencies: boolean;
  /** Returns the text that `launch` would hand over: a script, a manifest, or a command. */
  describe(job: FleetJob): string;
  /** Starts a job. Gives the name by which it is known from now on. */
  launch(job: FleetJob): Promise<string>;
  /** Returns the status of a job. */
  status(id: string): Promise<FleetStatus>;
  /** Ends a job, whatever it is doing; one that has ended stays as it is. */
  cancel(id: string): Promise<void>;
  /** Returns the last line of what each execution of a job wrote, as far as that can be read from here. */
  logs(name: string, id: string): Promise<string>;
}
