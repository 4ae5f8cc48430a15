import type { PlainData } from "../core/plain-data.ts";

/**
 * What a worker runs: a module that exports `start(context)`, which returns a function from a request to a response.
 * The port does not know what either means.
 */
export interface WorkerEntry {
  readonly module: URL;
  readonly context: PlainData;
}

/** A started worker: it answers one request at a time. */
export interface Worker {
  readonly name: string;
  /**
   * Sends a request and waits for its response. Rejects with the error the worker threw (the worker lives on), or
   * with a `WorkerLost` error if the worker ended.
   */
  call<Response>(request: unknown): Promise<Response>;
  /** Ends the worker at once, whatever it is doing. */
  terminate(): Promise<void>;
}

/** A worker ended while it was answering: it crashed, ran out of memory, or was terminated. */
export class WorkerLost extends Error {
  override readonly name = "WorkerLost";
}

/** Starts workers without knowing what they do. Every engine passes `src/contract/workers.ts`. */
export interface Workers {
  /** How many workers to start when the user does not say. */
  readonly parallelism: number;
  /** Starts one worker; resolves when it can take requests. */
  start(entry: WorkerEntry): Promise<Worker>;
}
