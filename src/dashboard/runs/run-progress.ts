import type { RunRecord } from "../../core/run.ts";
import type { ChunkState, SkipReason } from "../../core/states.ts";
import type { Engine } from "../../ports/engine.ts";
import type { ChunkRecord } from "../../ports/queue.ts";
import { knownRun } from "../../runs/known-run.ts";
import { hasStalled } from "../../runs/stalled.ts";
import { feedingBegan, limitsLeft, timeLeft } from "../../runs/time-left.ts";
import { CHUNK_LETTERS, type ChunkLetter, type RunProgress, type WorkerLine } from "../wire.ts";

/** Each state of a chunk as one letter. */
export const LETTERS = Object.fromEntries(
  Object.entries(CHUNK_LETTERS).map(([letter, state]) => [state, letter as ChunkLetter]),
) as Readonly<Record<ChunkState, ChunkLetter>>;
const MOST_RETRIES = 20;
/** The rate is that of the last so many milliseconds. */
const WINDOW_MS = 30_000;

/** Partitions done at some moments: what the rate is taken from. */
type Sample = readonly [at: number, done: number];

/** Follows one run: how far it is, and how fast. */
export class RunFollower {
  readonly #engine: Engine;
  readonly #runId: string;
  #samples: readonly Sample[] = [];

  constructor(engine: Engine, runId: string) {
    this.#engine = engine;
    this.#runId = runId;
  }

  /** @throws {ManymodelError} `not-found` for an unknown run */
  async read(now: number): Promise<RunProgress> {
    const run = await knownRun(this.#engine.catalog, this.#runId);
    const chunks = await this.#engine.queue.chunks(this.#runId);
    const stalled = await hasStalled(this.#engine, run, chunks);
    const open = !stalled && (run.state === "running" || run.state === "planning");
    const workers = open ? await workersOf(this.#engine, this.#runId, chunks) : [];
    const counts = countsOf(run, chunks);
    const rate = open ? this.#rate(now, counts.done) : null;
    const left = counts.total - counts.done - counts.skipped;
    const limits = run.manifest?.limits;
    const until = run.endedAt === null ? now : Date.parse(run.endedAt);
    const budgetMs = limits?.timeBudgetMs ?? null;
    const usedMs = limits ? await this.#limitsUsed(until) : null;
    return {
      runId: run.runId,
      state: run.state,
      stalled,
      skipReason: skipReasonOf(chunks),
      at: new Date(now).toISOString(),
      ...counts,
      rate,
      left: open ? timeLeft(left, rate, limitsLeft(limits, usedMs ?? 0)) : null,
      chunks: chunks.map(({ state }) => LETTERS[state]).join(""),
      workers,
      retries: retriesOf(chunks),
      elapsedMs: Math.max(0, until - Date.parse(run.createdAt)),
      interrupted: chunks.some(({ forgiven }) => forgiven > 0),
      budgetMs,
      budgetUsedMs: budgetMs === null ? null : usedMs,
      deadlineMs: limits?.hardDeadlineMs ?? null,
    };
  }

  /** Returns milliseconds since the feeder began to count; 0 before. */
  async #limitsUsed(until: number): Promise<number> {
    const began = await feedingBegan(this.#engine.stage, this.#runId);
    return began === undefined ? 0 : Math.max(0, until - began);
  }

  /** Returns partitions a second, from the oldest sample of the window to now; null before there are two. */
  #rate(now: number, done: number): number | null {
    const recent = this.#samples.filter(([at]) => now - at <= WINDOW_MS);
    this.#samples = [...recent, [now, done]];
    const [oldest] = recent;
    if (oldest === undefined) return null;
    const [at, before] = oldest;
    return now - at < 500 ? null : (1000 * (done - before)) / (now - at);
  }
}

/** Counts of partitions: of the index where there is one, else of the chunks that have ended. */
export function countsOf(
  { index, manifest }: RunRecord,
  chunks: readonly ChunkRecord[],
): Pick<RunProgress, "total" | "done" | "failed" | "skipped"> {
  const total = manifest?.partitions ?? 0;
  if (index !== null)
    return { total, done: index.succeeded + index.failed, failed: index.failed, skipped: index.skipped };
  const counts = { done: 0, failed: 0, skipped: 0 };
  for (const { state, partitions, segment } of chunks) {
    if (state === "finished" || state === "failed") counts.done += partitions;
    if (state === "skipped") counts.skipped += partitions;
    counts.failed += state === "failed" ? partitions : (segment?.failed ?? 0);
  }
  return { total, ...counts };
}

/** Returns the reason for skipping chunks; null if none was skipped. */
export function skipReasonOf(chunks: readonly ChunkRecord[]): SkipReason | null {
  return (chunks.find(({ state }) => state === "skipped")?.error ?? null) as SkipReason | null;
}

/**
 * Returns the workers on the roster that may work for a run, and those that hold its chunks; none that is known to be
 * gone.
 */
async function workersOf(
  { roster, workers }: Engine,
  runId: string,
  chunks: readonly ChunkRecord[],
): Promise<readonly WorkerLine[]> {
  const holds = new Map(
    chunks.flatMap(({ state, worker, chunk }) => (state === "leased" && worker !== null ? [[worker, chunk]] : [])),
  );
  const alive = (await roster.alive()).filter(({ run }) => run === null || run === runId);
  const listed = alive.map(
    ({ name, startedAt, stopping }): WorkerLine => ({ name, startedAt, stopping, chunk: holds.get(name) ?? null }),
  );
  const names = new Set(listed.map(({ name }) => name));
  const others = [...holds].filter(([name]) => !names.has(name));
  const all = [...listed, ...others.map(([name, chunk]) => ({ name, startedAt: null, stopping: false, chunk }))];
  return all.filter(({ name }) => !workers.isGone(name));
}

function retriesOf(chunks: readonly ChunkRecord[]): RunProgress["retries"] {
  return chunks
    .flatMap(({ chunk, attempt, error, state }) =>
      error === null || state === "skipped" ? [] : [{ chunk, attempt, error }],
    )
    .slice(-MOST_RETRIES)
    .reverse();
}
