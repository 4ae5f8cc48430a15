import { ManymodelError, show } from "./errors.ts";
import type { RunMode } from "./run.ts";

/** The unit of leasing: some partitions of a run that one worker trains together. Numbered from 1. */
export interface Chunk {
  readonly chunk: number;
  /** The number of partitions in it. */
  readonly partitions: number;
  /** Chunks with a higher priority are claimed first; chunks of equal priority in the order of their numbers. */
  readonly priority: number;
}

/** A chunk's position in the run's list of partitions: `[start, end)`. */
export interface ChunkRange {
  readonly chunk: number;
  readonly start: number;
  readonly end: number;
}

/** The settings that decide the number of chunks of a run. */
export interface Chunking {
  /** The number of chunks (never more than partitions), or `"auto"`. */
  readonly chunks: number | "auto";
  readonly workers: number;
  readonly mode: RunMode;
  /** True if a fit takes little longer than reading its rows. */
  readonly isQuick?: boolean;
}

/**
 * Automatic sizing: no chunk holds more than `largest` partitions, and every worker gets about `perWorker` chunks, so
 * that the last ones end at about the same time.
 */
const AUTO_TASKS = { perWorker: 16, largest: 2000 };
/** Smaller in queue mode: a chunk that was begun is ended, whatever the time. */
const AUTO_QUEUE = { perWorker: 256, largest: 100 };
/** The fewest partitions of a chunk whose fits are quick: reading and storing a chunk takes as long as 50 of them. */
const FEWEST_QUICK = 250;

/**
 * Splits `partitions` into contiguous chunks whose sizes differ by at most one. The order of partitions is kept: the
 * first chunk holds the first of them. The only chunker there is: every mode and every engine plans with it.
 *
 * Automatically there are about 16 chunks per worker, none larger than 2,000 partitions; in queue mode 256 and 100. Where
 * fits are quick, there are fewer: each has at least 250 partitions.
 */
export function splitIntoChunks(partitions: number, { chunks, workers, mode, isQuick }: Chunking): ChunkRange[] {
  if (chunks !== "auto" && !(Number.isSafeInteger(chunks) && chunks >= 1))
    throw new ManymodelError(
      "usage",
      `chunks_per_job is ${show(chunks)}; it must be "auto" or an integer of at least 1`,
    );
  const { perWorker, largest } = mode === "queue" ? AUTO_QUEUE : AUTO_TASKS;
  const most = isQuick && mode !== "queue" ? Math.max(1, Math.floor(partitions / FEWEST_QUICK)) : partitions;
  const automatic = Math.min(Math.max(workers * perWorker, Math.ceil(partitions / largest)), most);
  return splitEvenly(partitions, Math.min(chunks === "auto" ? automatic : chunks, partitions));
}

/** Splits `partitions` into so many contiguous chunks, whose sizes differ by at most one. */
export function splitEvenly(partitions: number, count: number): ChunkRange[] {
  const ranges: ChunkRange[] = [];
  for (let i = 0; i < count; i++) {
    const start = Math.floor((i * partitions) / count);
    const end = Math.floor(((i + 1) * partitions) / count);
    ranges.push({ chunk: i + 1, start, end });
  }
  return ranges;
}
