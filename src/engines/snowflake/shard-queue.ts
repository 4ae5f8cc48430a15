import { LONGEST_RETRY_MS, type Queue } from "../../ports/queue.ts";
import { pause } from "../../stages/pause.ts";
import type { Session } from "./session.ts";
import { CANDIDATES, type Candidate, type queueStatements } from "./sql/queue.ts";

/**
 * The duration of a lease on a chunk of a static shard. Nobody else may claim it, and a worker that begins a shard ends the leases
 * of those before: renewing it would only keep a warehouse awake.
 */
const SHARD_LEASE_MS = 6 * 3_600_000;

/** The milliseconds between two looks for chunks that the driver may have made available. */
const IDLE_MS = 10_000;

/** Chunks of one run that this process may claim. */
interface Shard {
  /** Chunks to claim, as they were listed last. */
  listed: Candidate[];
  /** True once every chunk that was available has been listed. */
  isListed: boolean;
  /** A listing that is under way. */
  listing?: Promise<void> | undefined;
  /** A look for open chunks that is under way. */
  looking?: Promise<boolean> | undefined;
  /** Chunks that this process is working on. */
  readonly held: Set<number>;
  /** Times at which chunks that failed are available again. */
  retries: number[];
  /** Set off when a chunk of this process ends. */
  change: AbortController;
}

/**
 * Returns the queue as a container of a static shard sees it. Only this process claims chunks of its shard, so it lists
 * them once and claims each by one statement, and its threads hear from one another when a chunk ends: a thread that
 * has nothing to do asks the account for nothing while others compute.
 */
export function shardQueue(queue: Queue, session: Session, sql: ReturnType<typeof queueStatements>): Queue {
  const shards = new Map<string, Shard>();
  const shardOf = (run: string): Shard => {
    const shard = shards.get(run) ?? {
      listed: [],
      isListed: false,
      held: new Set(),
      retries: [],
      change: new AbortController(),
    };
    shards.set(run, shard);
    return shard;
  };
  /** Ends what the replica that had this shard in an earlier attempt at the run has left. */
  const begins = new Map<string, Promise<number>>();
  const begin = (run: string): Promise<number> => {
    const lapse = begins.get(run) ?? session.change(sql.lapse, [run]);
    begins.set(run, lapse);
    lapse.catch(() => begins.delete(run));
    return lapse;
  };
  const list = async (run: string, shard: Shard) => {
    await begin(run);
    shard.listed = [...(await session.rows(sql.candidates, [run]))] as Candidate[];
    shard.isListed = shard.listed.length < CANDIDATES;
  };
  const next = async (run: string): Promise<Candidate | undefined> => {
    const shard = shardOf(run);
    for (;;) {
      const candidate = shard.listed.shift();
      if (candidate !== undefined || shard.isListed) return candidate;
      shard.listing ??= list(run, shard).finally(() => {
        shard.listing = undefined;
      });
      await shard.listing;
    }
  };
  /** Tells the threads of this process that a chunk has ended. */
  const announce = (shard: Shard) => {
    const { change } = shard;
    shard.change = new AbortController();
    change.abort();
  };
  return {
    ...queue,
    leaseMs: SHARD_LEASE_MS,
    async claim(run, worker, { leaseMs, maxAttempts }) {
      try {
        for (let candidate = await next(run); candidate !== undefined; candidate = await next(run)) {
          const [chunk, attempt, state, counted] = candidate;
          if (state === "leased" && counted >= maxAttempts) {
            await session.change(sql.giveUp, [run, chunk, attempt]);
          } else if ((await session.change(sql.claim, [worker, leaseMs, run, chunk, attempt])) === 1) {
            shardOf(run).held.add(chunk);
            return { run, worker, chunk, attempt: attempt + 1 };
          }
        }
      } catch (error) {
        // What was taken from the list has not been claimed: it is listed again.
        shardOf(run).isListed = false;
        throw error;
      }
      return undefined;
    },
    async finish(lease, segment) {
      const shard = shardOf(lease.run);
      const isRecorded = await queue.finish(lease, segment);
      shard.held.delete(lease.chunk);
      announce(shard);
      return isRecorded;
    },
    async fail(lease, error, maxAttempts, retryAfterMs = 0) {
      const shard = shardOf(lease.run);
      const isRecorded = await queue.fail(lease, error, maxAttempts, retryAfterMs);
      shard.held.delete(lease.chunk);
      shard.retries.push(Date.now() + Math.min(retryAfterMs, LONGEST_RETRY_MS));
      announce(shard);
      return isRecorded;
    },
    async release(run, workers) {
      const shard = shardOf(run);
      const freed = await queue.release(run, workers);
      shard.held.clear();
      shard.isListed = false;
      announce(shard);
      return freed;
    },
    async ended(run) {
      const shard = shardOf(run);
      if (shard.held.size > 0) return false;
      shard.looking ??= queue.ended(run).finally(() => {
        shard.looking = undefined;
      });
      return shard.looking;
    },
    async awaitWork(run, signal) {
      if (run === null) return pause(IDLE_MS, signal);
      const shard = shardOf(run);
      const retry = Math.min(...shard.retries);
      const wait = Math.min(retry - Date.now(), shard.held.size > 0 ? SHARD_LEASE_MS : IDLE_MS);
      await pause(Math.max(0, wait), AbortSignal.any([signal, shard.change.signal]));
      const now = Date.now();
      // A look at the account is worth its price if a chunk is to be tried again, or nobody of this process is at work.
      if (shard.retries.some((time) => time <= now) || shard.held.size === 0) shard.isListed = false;
      shard.retries = shard.retries.filter((time) => time > now);
    },
  };
}
