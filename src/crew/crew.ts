import { setMaxListeners } from "node:events";
import { type Worker, type WorkerEntry, WorkerLost, type Workers } from "../ports/workers.ts";
import { pause } from "../stages/pause.ts";

/** A place for a worker, who is replaced by a new one after being lost. */
export interface Place {
  /** Sends a request to the worker. Rejects with what it threw, or with `WorkerLost`; the next call gets a new worker. */
  call<Response>(request: unknown, onNote?: (message: unknown) => void): Promise<Response>;
}

/** One of a crew. */
export interface Member extends Place {
  readonly name: string;
  /** A second place, whose worker has a process of its own where the engine can: for what may have ended a process. */
  readonly isolated: Place;
  /** Ends its workers at once, whatever they are doing; the next call gets a new one. */
  interrupt(): Promise<void>;
}

/** There are no more workers: the work was stopped. */
export class CrewClosed extends Error {
  override readonly name = "CrewClosed";
}

/** Workers that are kept for the length of a piece of work. */
export interface Crew {
  /**
   * Has every member work, until all are done. When one fails, the others are told to stop (`signal`) after the
   * request they are at, their workers are ended, and the first error is thrown once nobody works any more.
   */
  run(work: (member: Member, signal: AbortSignal) => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

/** The milliseconds after which a crew's first worker may get help, and after which it is asked again. */
const HELP_AFTER_MS = 300;
/** The milliseconds of remaining work that pay for further workers: each takes some 300 of CPU to start. */
const HELP_WORTH_MS = 1000;

/** The milliseconds that a worker may spend on its request after the crew was closed. */
const GRACE_MS = 10_000;

/** Waits until a promise is settled, either way, but no longer than `limitMs`. */
async function settled(promise: Promise<unknown>, limitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitMs);
  });
  await Promise.race([promise.then(ignore, ignore), late]);
  clearTimeout(timer);
}

const ignore = () => {};

/** The rule by which a crew starts with one worker. */
export interface Help {
  /** Returns the share of the work that is done, from 0 to 1. */
  done(): number;
  /** Milliseconds between looks; 300 when left out. */
  readonly afterMs?: number;
}

/** The workers of a crew, and the signal that ends their work. */
export interface CrewSource {
  readonly workers: Workers;
  readonly entry: WorkerEntry;
  /** Closes the crew when it is aborted; `run` then throws its reason. */
  readonly signal?: AbortSignal;
}

/**
 * Starts a crew of `count` workers.
 *
 * @param help - starts the first worker alone, and the others once the remaining work, by the pace so far, takes longer than
 *   to start them. They start at once when left out
 * @throws what the first worker that cannot start throws, or the reason of an aborted signal
 */
export async function startCrew({ workers, entry, signal }: CrewSource, count: number, help?: Help): Promise<Crew> {
  signal?.throwIfAborted();
  const stop = new AbortController();
  // Every member listens; Node would take more than ten for a leak.
  setMaxListeners(0, stop.signal);
  const seats: Seat[] = [];
  const seat = (of: WorkerEntry) => {
    const opened = openSeat(workers, of, stop.signal);
    seats.push(opened);
    return opened;
  };
  const close = async () => {
    stop.abort();
    // A thread that is ended inside native code can take the process with it, so each may finish what it is doing.
    await Promise.all(seats.map(({ busy }) => busy && settled(busy, GRACE_MS)));
    await Promise.all(seats.map((one) => one.leave()));
    signal?.removeEventListener("abort", onAbort);
  };
  const onAbort = () => void close();
  signal?.addEventListener("abort", onAbort, { once: true });
  const engage = async (): Promise<Member> => {
    const [shared, isolated] = [seat(entry), seat({ ...entry, isolated: true })];
    const { name } = await shared.start();
    return {
      name,
      call: shared.call,
      isolated,
      async interrupt() {
        await Promise.all([shared.end(), isolated.end()]);
      },
    };
  };
  const engageAll = (count: number) => Promise.allSettled(Array.from({ length: count }, engage));
  const engaged = await engageAll(help === undefined ? count : 1);
  const members = engaged.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  const failure = engaged.find((result) => result.status === "rejected");
  if (failure !== undefined) {
    await close();
    throw failure.reason;
  }
  return {
    async run(work) {
      let first: { error: unknown } | undefined;
      const stopAtError = async (perform: () => Promise<void>) => {
        try {
          await perform();
        } catch (error) {
          first ??= { error };
          await close();
        }
      };
      const isDone = new AbortController();
      const working = Promise.all(members.map((member) => stopAtError(() => work(member, stop.signal)))).then(() =>
        isDone.abort(),
      );
      const join = async () => {
        const member = await engage();
        members.push(member);
        await work(member, stop.signal);
      };
      const began = performance.now();
      const startOthers = async ({ done, afterMs = HELP_AFTER_MS }: Help) => {
        const doneBefore = done();
        for (;;) {
          await pause(afterMs, isDone.signal);
          if (isDone.signal.aborted || stop.signal.aborted) return;
          const now = done();
          const remainingMs = ((performance.now() - began) * (1 - now)) / (now - doneBefore);
          if (remainingMs > HELP_WORTH_MS) break;
        }
        await Promise.all(Array.from({ length: count - members.length }, () => stopAtError(join)));
      };
      await Promise.all([working, help !== undefined && startOthers(help)]);
      signal?.throwIfAborted();
      if (first !== undefined) throw first.error;
    },
    close,
  };
}

interface Seat extends Place {
  /** The request that its worker is busy with. */
  readonly busy: Promise<unknown> | undefined;
  /** Returns its worker, started if there is none. */
  start(): Promise<Worker>;
  /** Ends its worker, whatever that is doing. */
  end(): Promise<void>;
  /** Hands its worker back. */
  leave(): Promise<void>;
}

function openSeat(workers: Workers, entry: WorkerEntry, closed: AbortSignal): Seat {
  let worker: Worker | undefined;
  let busy: Promise<unknown> | undefined;
  const start = async () => {
    if (closed.aborted) throw new CrewClosed("the crew was closed");
    worker ??= await workers.start(entry);
    // Closed while it was starting: it must not be left behind.
    if (closed.aborted) await worker.terminate();
    return worker;
  };
  return {
    get busy() {
      return busy;
    },
    start,
    async call<Response>(request: unknown, onNote?: (message: unknown) => void): Promise<Response> {
      const answer = (await start()).call<Response>(request, onNote);
      busy = answer;
      try {
        return await answer;
      } catch (error) {
        if (error instanceof WorkerLost) worker = undefined;
        throw error;
      } finally {
        busy = undefined;
      }
    },
    async end() {
      const ended = worker;
      worker = undefined;
      await ended?.terminate();
    },
    async leave() {
      const idle = worker;
      worker = undefined;
      await idle?.release();
    },
  };
}
