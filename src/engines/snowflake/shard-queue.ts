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
  /** The worker of each chunk that this process is working on, or is claiming. */
  readonly held: Map<number, string>;
  /** True while the account may hold leases on chunks that this process does not work on. */
  mayHaveStray: boolean;
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
      held: new Map(),
      mayHaveStray: true,
      retries: [],
      change: new AbortController(),
    };
    shards.set(run, shard);
    return shard;
  };
  /**
   * Ends the leases on chunks that nobody of this process works on: of the replica that had this shard in an earlier
   * attempt at the run, and of a claim that the account has carried out although its answer was lost.
   */
  const endStray = async (run: string, shard: Shard) => {
    if (!shard.mayHaveStray) return;
    shard.mayHaveStray = false;
    try {
      await session.change(sql.lapse, [run, JSON.stringify([...shard.held.keys()])]);
    } catch (error) {
      shard.mayHaveStray = true;
      throw error;
    }
  };
  const list = async (run: string, shard: Shard) => {
    await endStray(run, shard);
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
  /** Lets go of a chunk, and tells the threads of this process. */
  const drop = (shard: Shard, chunk: number) => {
    shard.held.delete(chunk);
    const { change } = shard;
    shard.change = new AbortController();
    change.abort();
  };
  /** Sends a statement that ends leases; if no answer comes, the account may hold them still, or may not. */
  const end = async <Answer>(shard: Shard, chunks: Iterable<number>, send: () => Promise<Answer>): Promise<Answer> => {
    try {
      return await send();
    } catch (error) {
      doubt(shard);
      throw error;
    } finally {
      for (const chunk of chunks) drop(shard, chunk);
    }
  };
  /** Has the account read again, once the leases that nobody here works under have ended. */
  const doubt = (shard: Shard) => {
    shard.mayHaveStray = true;
    shard.isListed = false;
  };
  return {
    ...queue,
    leaseMs: SHARD_LEASE_MS,
    async claim(run, worker, { leaseMs, maxAttempts }) {
      const shard = shardOf(run);
      for (let candidate = await next(run); candidate !== undefined; candidate = await next(run)) {
        const [chunk, attempt, state, counted] = candidate;
        let isMine = false;
        shard.held.set(chunk, worker);
        try {
          if (state === "leased" && counted >= maxAttempts) await session.change(sql.giveUp, [run, chunk, attempt]);
          else isMine = (await session.change(sql.claim, [worker, leaseMs, run, chunk, attempt])) === 1;
          if (isMine) return { run, worker, chunk, attempt: attempt + 1 };
        } finally {
          if (!isMine) {
            shard.held.delete(chunk);
            doubt(shard);
          }
        }
      }
      return undefined;
    },
    finish(lease, segment) {
      return end(shardOf(lease.run), [lease.chunk], () => queue.finish(lease, segment));
    },
    async fail(lease, error, maxAttempts, retryAfterMs = 0) {
      const shard = shardOf(lease.run);
      shard.retries.push(Date.now() + Math.min(retryAfterMs, LONGEST_RETRY_MS));
      return end(shard, [lease.chunk], () => queue.fail(lease, error, maxAttempts, retryAfterMs));
    },
    async release(run, workers) {
      const shard = shardOf(run);
      const chunks = [...shard.held].flatMap(([chunk, worker]) => (workers.includes(worker) ? [chunk] : []));
      shard.isListed = false;
      return end(shard, chunks, () => queue.release(run, workers));
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
      if (shard.held.size === 0) doubt(shard);
      else if (shard.retries.some((time) => time <= now)) shard.isListed = false;
      shard.retries = shard.retries.filter((time) => time > now);
    },
  };
}
