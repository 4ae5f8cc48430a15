import type { Launcher } from "../core/launcher.ts";

/** A request to a fleet: one command of this package, run several times. */
export interface FleetJob {
  /** The name of the job: a run's id. */
  readonly name: string;
  /**
   * `tasks`: each task runs to its end once, and again if its machine is lost. Its environment gives it the task's
   * number (`MANYMODEL_TASK`, from 0) and a number that no other execution has (`MANYMODEL_ATTEMPT`). `workers`: all
   * executions are alike.
   */
  readonly kind: "tasks" | "workers";
  readonly count: number;
  /** Arguments of `manymodel`. */
  readonly args: readonly string[];
  /** The job that must end, with success or without, before this job starts. */
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

/** Runs jobs on machines: a batch system, or this machine. It owns queueing, quotas and the loss of machines. */
export interface Fleet {
  readonly launcher: Launcher;
  /** Kinds of job that it runs; the first is the kind that suits it best. */
  readonly kinds: readonly FleetJob["kind"][];
  /** True if a job may wait for another (`after`). */
  readonly dependencies: boolean;
  /** Returns the text that `launch` would submit: a script, a manifest, or a command. */
  describe(job: FleetJob): string;
  /** Starts a job and returns its id. */
  launch(job: FleetJob): Promise<string>;
  /** Returns the status of a job. */
  status(id: string): Promise<FleetStatus>;
  /** Ends a job, whatever it is doing. A job that has ended stays unchanged. */
  cancel(id: string): Promise<void>;
  /** Returns the last line that each execution of a job wrote, as far as it can be read from here. */
  logs(name: string, id: string): Promise<string>;
}
