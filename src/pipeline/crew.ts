import { type Worker, type WorkerEntry, WorkerLost, type Workers } from "../ports/workers.ts";

/** One place in a crew: a worker, replaced by a new one after it was lost. */
export interface Member {
  readonly name: string;
  /** Sends a request to the worker. Rejects with what it threw, or with `WorkerLost`; the next call gets a new worker. */
  call<Response>(request: unknown, onNote?: (said: unknown) => void): Promise<Response>;
  /** Ends the worker at once, whatever it is doing; the next call gets a new one. */
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

/** How long a worker may go on with its request after the crew was closed. */
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

/** Starts `count` workers. @throws what the first worker that cannot start throws */
export async function startCrew(workers: Workers, entry: WorkerEntry, count: number): Promise<Crew> {
  const stop = new AbortController();
  const places: (Worker | undefined)[] = new Array(count).fill(undefined);
  const busy: (Promise<unknown> | undefined)[] = new Array(count).fill(undefined);
  const close = async () => {
    stop.abort();
    // A thread that is ended inside native code can take the process with it, so each may finish what it is doing.
    await Promise.all(busy.map((call) => call && settled(call, GRACE_MS)));
    await Promise.all(places.map((worker) => worker?.terminate()));
  };
  const place = async (i: number): Promise<Worker> => {
    if (stop.signal.aborted) throw new CrewClosed("the crew was closed");
    const worker = (places[i] ??= await workers.start(entry));
    // Closed while this one was starting: it must not be left behind.
    if (stop.signal.aborted) await worker.terminate();
    return worker;
  };
  try {
    await Promise.all(places.map((_, i) => place(i)));
  } catch (error) {
    await close();
    throw error;
  }
  const members = places.map((first, i): Member => {
    return {
      name: first!.name,
      async call<Response>(request: unknown, onNote?: (said: unknown) => void): Promise<Response> {
        const worker = await place(i);
        const answer = worker.call<Response>(request, onNote);
        busy[i] = answer;
        try {
          return await answer;
        } catch (error) {
          if (error instanceof WorkerLost) places[i] = undefined;
          throw error;
        } finally {
          busy[i] = undefined;
        }
      },
      async interrupt() {
        const worker = places[i];
        places[i] = undefined;
        await worker?.terminate();
      },
    };
  });
  return {
    async run(work) {
      let first: { error: unknown } | undefined;
      const stopAtError = async (member: Member) => {
        try {
          await work(member, stop.signal);
        } catch (error) {
          first ??= { error };
          await close();
        }
      };
      await Promise.all(members.map(stopAtError));
      if (first !== undefined) throw first.error;
    },
    close,
  };
}
