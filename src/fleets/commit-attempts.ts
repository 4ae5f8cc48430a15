import type { SegmentInfo } from "../core/artifact.ts";
import { ManymodelError } from "../core/errors.ts";
import { stagePath } from "../core/stage-path.ts";
import type { Engine } from "../ports/engine.ts";
import type { ChunkRecord, Lease } from "../ports/queue.ts";
import { LEASE_MS } from "../runs/progress.ts";
import { getJson } from "../stages/json.ts";
import { pooled } from "../stages/pooled.ts";
import { getSealed } from "../stages/sealed.ts";

/** The committer of files that tasks leave on the stage, and the attempts after which a chunk fails. */
export interface Committer {
  readonly name: string;
  readonly maxAttempts: number;
}

/** The files that tasks have left on the stage for one chunk. */
interface Left {
  /** The attempt that wrote a segment and its manifest. */
  readonly attempt?: number;
  /** The last attempt that says why there is none. */
  readonly failure?: number;
}

/**
 * Commits what tasks have left on the stage: exactly one attempt of each chunk that has one, through the queue's own
 * claim and finish. Which it is does not matter: all attempts at a chunk give the same, but for how long they took.
 *
 * @returns the chunks that have not ended
 */
export async function commitAttempts(
  { queue, stage }: Engine,
  runId: string,
  committer: Committer,
): Promise<{ open: ChunkRecord[]; left: ReadonlyMap<number, Left> }> {
  const open = await openChunks({ queue }, runId);
  const left = open.length === 0 ? new Map<number, Left>() : leftBehind(await stage.list(`runs/${runId}/chunks/`));
  const attempts = open.flatMap(({ chunk, partitions }) => {
    const attempt = left.get(chunk)?.attempt;
    return attempt === undefined ? [] : [{ chunk, attempt, partitions }];
  });
  if (attempts.length === 0) return { open, left };
  const segments = await pooled(attempts, async ({ chunk, attempt, partitions }) => {
    const path = stagePath.segmentManifest(runId, chunk, attempt);
    const segment = await getSealed<SegmentInfo>(stage, path);
    if (segment.path !== stagePath.segment(runId, chunk, attempt) || segment.rows !== partitions)
      throw new ManymodelError("corrupt", `${path} does not belong to the chunk of its folder; delete the folder`);
    return segment;
  });
  const ends = segments.map((segment) => [segment.chunk, (lease: Lease) => queue.finish(lease, segment)] as const);
  await endChunks({ queue }, runId, open, new Map(ends), committer);
  return { open: await openChunks({ queue }, runId), left };
}

/** Chunks whose tasks have left no segment, and what the tasks of a run have left. */
export interface MissingAttempts {
  readonly chunks: readonly number[];
  readonly left: ReadonlyMap<number, Left>;
}

/**
 * Has an attempt at each of these chunks count as failed, for the reason that a task left or for this one: such a chunk
 * may be tried again, as often as the run allows.
 */
export async function failAttempts(
  { queue, stage }: Engine,
  runId: string,
  { chunks, left }: MissingAttempts,
  why: string,
  committer: Committer,
): Promise<void> {
  const open = await openChunks({ queue }, runId);
  const fail = async (lease: Lease) => {
    const failure = left.get(lease.chunk)?.failure;
    const path = stagePath.attemptFailure(runId, lease.chunk, failure ?? 0);
    const reason = failure === undefined ? why : await getJson<string>(stage, path);
    return queue.fail(lease, reason, committer.maxAttempts);
  };
  await endChunks({ queue }, runId, open, new Map(chunks.map((chunk) => [chunk, fail])), committer);
}

async function openChunks({ queue }: Pick<Engine, "queue">, runId: string): Promise<ChunkRecord[]> {
  return (await queue.chunks(runId)).filter(({ state }) => ["waiting", "available", "leased"].includes(state));
}

/**
 * Claims chunks and ends each in the same breath. They come first by their priority; those that wait are made available
 * just for that, so that no worker takes them meanwhile.
 *
 * @param ends - how to end each of the chunks
 */
async function endChunks(
  { queue }: Pick<Engine, "queue">,
  runId: string,
  open: readonly ChunkRecord[],
  ends: ReadonlyMap<number, (lease: Lease) => Promise<boolean>>,
  { name, maxAttempts }: Committer,
): Promise<void> {
  const remaining = new Map(ends);
  await queue.prioritize(runId, [...ends.keys()], READY_PRIORITY);
  const waiting = open.filter(({ chunk, state }) => state === "waiting" && ends.has(chunk)).length;
  const available = open.filter(({ state }) => state === "available").length;
  if (waiting > 0) await queue.feed(runId, available + waiting);
  while (remaining.size > 0) {
    const lease = await queue.claim(runId, name, { leaseMs: LEASE_MS, maxAttempts });
    if (lease === undefined) return;
    const end = remaining.get(lease.chunk);
    if (end === undefined) {
      await queue.release(runId, [name]);
      return;
    }
    remaining.delete(lease.chunk);
    await end(lease);
  }
}

/** Above that of any chunk that waits for a worker. */
const READY_PRIORITY = 1_000_000;

/** Groups the files of attempts by chunk. */
function leftBehind(paths: readonly string[]): Map<number, Left> {
  const left = new Map<number, Left>();
  for (const path of paths) {
    const [, chunkText, attemptText, file] = /\/chunks\/(\d+)\/(\d+)\/(manifest|failure)\.json$/.exec(path) ?? [];
    if (file === undefined) continue;
    const [chunk, attempt] = [Number(chunkText), Number(attemptText)];
    const { attempt: lastAttempt, failure } = left.get(chunk) ?? {};
    if (file === "manifest")
      left.set(chunk, { ...left.get(chunk), attempt: Math.min(lastAttempt ?? attempt, attempt) });
    else left.set(chunk, { ...left.get(chunk), failure: Math.max(failure ?? attempt, attempt) });
  }
  return left;
}
