import { at, zip } from "../core/aligned.ts";
import { ManymodelError } from "../core/errors.ts";
import { type Crew, type Member, startCrew } from "../crew/crew.ts";
import { TimedOut, withinLimit } from "../crew/within-limit.ts";
import { type WorkerEntry, WorkerLost, type Workers } from "../ports/workers.ts";
import type { JudgedOutcome } from "../work/judge-partition.ts";
import type { ScoredPartition } from "../work/score-partition.ts";
import type { JobResult, ScoringJob } from "../work/score-partitions.ts";

/** The damage that a partition's model did to the worker that scored it. */
export interface WorkerFailure {
  readonly status: "ERROR";
  readonly errorType: "timeout" | "worker-lost" | "out-of-memory";
  readonly errorMessage: string;
}

/** An answer for one partition. */
export type Scored = ScoredPartition | WorkerFailure;

/** An answer for the readings of one partition. */
export type ScoredReadings = JudgedOutcome | WorkerFailure;

interface Waiting {
  readonly job: ScoringJob;
  readonly signal: AbortSignal;
  readonly resolve: (scored: (Scored | ScoredReadings)[]) => void;
  readonly reject: (error: unknown) => void;
}

/** Jobs that go to a worker in one message, which costs as much as scoring a partition or two. */
const JOBS_AT_ONCE = 32;

/**
 * Workers that score partitions. What waits when one of them is free goes to it together. When it is lost with that, or
 * stays at one partition for too long, it is replaced and each partition is scored alone, so that only the one that
 * did it fails.
 */
export class ScoringPool {
  readonly #waiting: Waiting[] = [];
  readonly #idle: (() => void)[] = [];
  readonly #limitMs: number;
  readonly #onLost: () => void;
  #closed = false;
  #crew!: Crew;
  #working!: Promise<void>;

  private constructor(limitMs: number, onLost: () => void) {
    this.#limitMs = limitMs;
    this.#onLost = onLost;
  }

  /**
   * Starts the workers.
   *
   * @param options.limitMs - how long a worker may be at one partition
   * @param options.onLost - told when a worker was lost, or was ended because it took too long
   */
  static async start(
    workers: Workers,
    entry: WorkerEntry,
    { count, limitMs, onLost = () => {} }: { count: number; limitMs: number; onLost?: () => void },
  ): Promise<ScoringPool> {
    const pool = new ScoringPool(limitMs, onLost);
    pool.#crew = await startCrew({ workers, entry }, count);
    pool.#working = pool.#crew.run((member) => pool.#work(member));
    // A crew that has failed says so to whoever waits for the next answer.
    pool.#working.catch((error: unknown) => pool.#end(error));
    return pool;
  }

  /** Scores the partitions of a job, in their order. @param signal - nobody waits for the answer any more */
  async score(job: ScoringJob, signal: AbortSignal): Promise<Scored[]> {
    const isForecast = (scored: Scored | ScoredReadings) => !("readings" in scored);
    return (await this.#answer(job, signal)).filter((scored): scored is Scored => isForecast(scored));
  }

  /** Judges the readings of the partitions of a job, in their order. */
  async judge(job: ScoringJob & { readonly readings: true }, signal: AbortSignal): Promise<ScoredReadings[]> {
    const isJudged = (scored: Scored | ScoredReadings) => "readings" in scored || "errorType" in scored;
    return (await this.#answer(job, signal)).filter((scored): scored is ScoredReadings => isJudged(scored));
  }

  #answer(job: ScoringJob, signal: AbortSignal): Promise<(Scored | ScoredReadings)[]> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(new ManymodelError("conflict", "the server is stopping"));
      this.#waiting.push({ job, signal, resolve, reject });
      this.#idle.shift()?.();
    });
  }

  /** Ends the workers after what they are doing. */
  async close(): Promise<void> {
    this.#end(new ManymodelError("conflict", "the server is stopping"));
    await this.#working.catch(() => {});
    await this.#crew.close();
  }

  #end(why: unknown): void {
    this.#closed = true;
    for (const { reject } of this.#waiting.splice(0)) reject(why);
    for (const wake of this.#idle.splice(0)) wake();
  }

  async #work(member: Member): Promise<void> {
    while (!this.#closed) {
      const jobs = this.#waiting.splice(0, JOBS_AT_ONCE).filter(({ signal, reject }) => {
        if (signal.aborted) reject(signal.reason);
        return !signal.aborted;
      });
      if (jobs.length > 0) await this.#perform(member, jobs);
      else if (this.#waiting.length === 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
    }
  }

  async #perform(member: Member, jobs: readonly Waiting[]): Promise<void> {
    try {
      const results = await this.#call(
        member,
        jobs.map(({ job }) => job),
      );
      for (const [{ resolve, reject }, result] of zip(jobs, results))
        if ("scored" in result) resolve([...result.scored]);
        else reject(new ManymodelError(result.failed.kind, result.failed.message));
    } catch (error) {
      for (const one of jobs)
        if (jobs.length > 1) await this.#perform(member, [one]);
        else await this.#scoreSingly(member, one, error);
    }
  }

  /** Scores each partition of a job alone; the only one of a job with `lost`, what its worker was lost of, has been. */
  async #scoreSingly(member: Member, { job, signal, resolve, reject }: Waiting, lost: unknown): Promise<void> {
    const scored: (Scored | ScoredReadings)[] = [];
    for (const partition of job.partitions) {
      if (signal.aborted) return reject(signal.reason);
      try {
        if (job.partitions.length === 1) throw lost;
        const result = at(await this.#call(member, [{ ...job, partitions: [partition] }]), 0);
        if ("failed" in result) return reject(new ManymodelError(result.failed.kind, result.failed.message));
        scored.push(at(result.scored, 0));
      } catch (error) {
        const failure = this.#failureOf(error);
        if (failure === undefined) return reject(error);
        scored.push(failure);
      }
    }
    resolve(scored);
  }

  #failureOf(error: unknown): WorkerFailure | undefined {
    if (error instanceof TimedOut)
      return failure("timeout", `predict took longer than serve.predict_timeout, ${this.#limitMs / 1000} s`);
    if (!(error instanceof WorkerLost)) return undefined;
    return failure(error.outOfMemory ? "out-of-memory" : "worker-lost", "predict ended its worker");
  }

  async #call(member: Member, jobs: readonly ScoringJob[]): Promise<JobResult[]> {
    try {
      return await withinLimit<JobResult[]>(member, member, { type: "score-partitions", jobs }, this.#limitMs);
    } catch (error) {
      if (this.#failureOf(error) !== undefined) this.#onLost();
      throw error;
    }
  }
}

const failure = (errorType: WorkerFailure["errorType"], errorMessage: string): WorkerFailure => ({
  status: "ERROR",
  errorType,
  errorMessage,
});
