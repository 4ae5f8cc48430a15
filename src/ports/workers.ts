import type { PlainData } from "../core/columns/plain-data.ts";

/**
 * The program of a worker: a module that exports `start(context)`, which returns a function from a request to a
 * response. The function may also send notes while it works. The port knows the meaning of none of these messages.
 */
export interface WorkerEntry {
  readonly module: URL;
  readonly context: PlainData;
  /** Megabytes of heap that the worker may use before it is lost, if the engine can limit it. */
  readonly memoryMb?: number;
  /** True for a process of its own, if the engine can start one: the end of that process ends no other. */
  readonly isolated?: boolean;
}

/** The function of a worker's module: it answers a request, and may send a `note` meanwhile. */
export type Answer = (request: unknown, note: (message: unknown) => void) => Promise<unknown>;

/** A started worker: it answers one request at a time. */
export interface Worker {
  readonly name: string;
  /**
   * Sends a request and waits for its response. Rejects with the error the worker threw (the worker lives on), or
   * with a `WorkerLost` error if the worker ended.
   */
  call<Response>(request: unknown, onNote?: (message: unknown) => void): Promise<Response>;
  /**
   * Hands back a worker that is not needed any more. If it answers no request, it may be kept for the next `start` of the
   * same entry. Otherwise it ends.
   */
  release(): Promise<void>;
  /** Ends the worker at once, whatever it is doing. */
  terminate(): Promise<void>;
}

/** A worker ended while it was answering: it crashed, ran out of memory, or was terminated. */
export class WorkerLost extends Error {
  override readonly name = "WorkerLost";
  /** True if it ran out of the memory it was allowed. */
  readonly outOfMemory: boolean;
  constructor(message: string, options: ErrorOptions & { readonly outOfMemory?: boolean } = {}) {
    super(message, options);
    this.outOfMemory = options.outOfMemory ?? false;
  }
}

/** Starts workers without knowing what they do. Every engine passes `src/contract/workers.ts`. */
export interface Workers {
  /** The number of workers to start when the user names none. */
  readonly parallelism: number;
  /** Milliseconds of a worker's lease, if it cannot be renewed while the worker works; `LEASE_MS` when left out. */
  readonly leaseMs?: number;
  /**
   * Begins to start a worker that will soon be asked for: the next `start` with an equal entry takes it. Nobody needs to: an engine may
   * leave it out.
   */
  prepare?(entry: WorkerEntry): void;
  /** Starts one worker; resolves when it can take requests. */
  start(entry: WorkerEntry): Promise<Worker>;
  /** Ends the workers that are kept. */
  close(): Promise<void>;
  /** Tells whether a worker of this name is known to have ended, in any process; false if that cannot be known. */
  isGone(name: string): boolean;
}
