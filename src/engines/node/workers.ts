import { availableParallelism } from "node:os";
import { ManymodelError } from "../../core/errors.ts";
import { currentActivity } from "../../ports/activity.ts";
import { type Worker, type WorkerEntry, WorkerLost, type Workers } from "../../ports/workers.ts";
import { startProcess, startThread, type Vessel } from "./vessel.ts";
import { dropName, isGone, takeName } from "./worker-names.ts";
import type { Asked, Begin, Told } from "./worker-thread.ts";

/** The milliseconds for which a thread without work is kept. */
const KEPT_MS = 5000;

/**
 * Returns workers as threads of this process or, isolated, as processes. A released thread is kept for a while: the next
 * work with the same entry finds its code loaded and compiled.
 */
export function nodeWorkers(): Workers {
  const idle = new Set<Host>();
  const prepared = new Map<string, Promise<Host>>();
  const find = (kind: string) => [...idle].find((host) => host.kind === kind);
  const begin = (entry: WorkerEntry, kind: string) => startHost(entry, kind, (host) => idle.delete(host));
  return {
    parallelism: availableParallelism(),
    isGone,
    prepare(entry) {
      const kind = JSON.stringify(entry);
      if (prepared.has(kind) || find(kind) !== undefined) return;
      const host = begin(entry, kind);
      prepared.set(kind, host);
      // Whoever takes it hears why it could not start.
      host.catch(() => {});
    },
    async start(entry) {
      const kind = JSON.stringify(entry);
      const early = prepared.get(kind);
      prepared.delete(kind);
      const free = early === undefined ? find(kind) : undefined;
      if (free === undefined) return employ(await (early ?? begin(entry, kind)), idle);
      const worker = employ(free, idle);
      await free.begin();
      return worker;
    },
    async close() {
      const early = await Promise.allSettled(prepared.values());
      prepared.clear();
      const hosts = [...idle, ...early.flatMap((host) => (host.status === "fulfilled" ? [host.value] : []))];
      idle.clear();
      await Promise.all(hosts.map((host) => host.end()));
    },
  };
}

/** A thread or process with a worker's module: one worker after another, each with a name of its own. */
interface Host extends Pick<Worker, "call"> {
  name: string;
  /** The entry as text. Hosts with the same text can stand in for each other. */
  readonly kind: string;
  /** True if it is a thread that lives and answers no request. */
  readonly isFree: boolean;
  /** Has the process wait for this host, or not: with `false` it exits without ending it. */
  hold(isHeld: boolean): void;
  /** Starts the worker's program again, in the same thread. */
  begin(): Promise<void>;
  end(): Promise<void>;
}

/** Returns a host as a worker, until it is released. */
function employ(host: Host, idle: Set<Host>): Worker {
  idle.delete(host);
  host.hold(true);
  return {
    name: host.name,
    call: host.call,
    async release() {
      if (!host.isFree) return host.end();
      dropName(host.name);
      host.name = takeName();
      host.hold(false);
      idle.add(host);
      // A thread that ends takes a while; nobody may take it meanwhile.
      const retirement = setTimeout(() => idle.delete(host) && void host.end(), KEPT_MS);
      retirement.unref();
    },
    terminate: () => host.end(),
  };
}

/** Starts a host. @param onEnd - called when it has ended, for whatever reason */
function startHost(entry: WorkerEntry, kind: string, onEnd: (host: Host) => void): Promise<Host> {
  return new Promise<Host>((resolve, reject) => {
    let pending:
      | { resolve: (response: never) => void; reject: (error: Error) => void; onNote: (message: unknown) => void }
      | undefined;
    let lost: WorkerLost | undefined;
    const settle = () => {
      const waiting = pending;
      pending = undefined;
      return waiting;
    };
    const post = <Response>(message: Asked | Begin, onNote: (message: unknown) => void = () => {}) =>
      new Promise<Response>((resolve, reject) => {
        if (lost !== undefined) return reject(lost);
        pending = { resolve: resolve as (response: never) => void, reject, onNote };
        vessel.post(message);
      });
    const name = takeName();
    const vessel: Vessel = (entry.isolated ? startProcess : startThread)(entry, name, {
      told(message) {
        if (message.type === "ready") resolve(host);
        if (message.type === "note") pending?.onNote(message.said);
        else if (message.type === "ready") settle()?.resolve(undefined as never);
        else if (message.type === "response") settle()?.resolve(message.value as never);
        else settle()?.reject(revive(message));
      },
      ended(why, details) {
        dropName(host.name);
        lost = new WorkerLost(`worker ${host.name} was lost: ${why}`, details);
        settle()?.reject(lost);
        reject(lost);
        onEnd(host);
      },
    });
    const host: Host = {
      name,
      kind,
      get isFree() {
        return !entry.isolated && lost === undefined && pending === undefined;
      },
      call: (request, onNote) => post({ request, activity: currentActivity() }, onNote),
      begin: () => post("begin"),
      hold: vessel.hold,
      end: vessel.end,
    };
  });
}

/** Returns an error thrown in a worker, with its class restored where callers tell classes apart. */
function revive({ kind, message, stack }: Extract<Told, { type: "error" }>): Error {
  const error = kind === null ? new Error(message) : new ManymodelError(kind, message);
  if (stack !== null) error.stack = stack;
  return error;
}
