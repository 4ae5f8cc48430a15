import { type Worker, type WorkerEntry, WorkerLost, type Workers } from "../ports/workers.ts";

/** One place in a crew: a worker, replaced by a new one after it was lost. */
export interface Member {
  readonly name: string;
  /** Sends a request to the worker. Rejects with what it threw, or with `WorkerLost`; the next call gets a new worker. */
  call<Response>(request: unknown): Promise<Response>;
}

/** Workers that are kept for the length of a piece of work. */
export interface Crew {
  readonly members: readonly Member[];
  close(): Promise<void>;
}

/** Starts `count` workers. @throws what the first worker that cannot start throws */
export async function startCrew(workers: Workers, entry: WorkerEntry, count: number): Promise<Crew> {
  const current: (Worker | undefined)[] = await Promise.all(Array.from({ length: count }, () => workers.start(entry)));
  const members = current.map((first, place): Member => {
    const name = first!.name;
    return {
      name,
      async call<Response>(request: unknown): Promise<Response> {
        const worker = (current[place] ??= await workers.start(entry));
        try {
          return await worker.call<Response>(request);
        } catch (error) {
          if (error instanceof WorkerLost) current[place] = undefined;
          throw error;
        }
      },
    };
  });
  return {
    members,
    async close() {
      await Promise.all(current.map((worker) => worker?.terminate()));
    },
  };
}
