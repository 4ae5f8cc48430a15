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
 * work with the same entry finds its code loaded and compiled. So is one that was prepared.
 */
export function nodeWorkers(): Workers {
  const idle = new Set<Host>();
  const find = (kind: string) => [...idle].find((host) => host.kind === kind);
  const begin = (entry: WorkerEntry, kind: string) => startHost(entry, kind, (host) => idle.delete(host));
  return {
    parallelism: availableParallelism(),
    isGone,
    prepare(entry) {
      const kind = JSON.stringify(entry);
      if (find(kind) !== undefined) return;
      const host = begin(entry, kind);
      keep(host, idle);
      // A host that cannot start is forgotten: the next one says why.
      host.ready.catch(() => {});
    },
    async start(entry) {
      const kind = JSON.stringify(entry);
      const host = find(kind) ?? begin(entry, kind);
      const worker = employ(host, idle);
      await host.begin();
      return worker;
    },
    async close() {
      const hosts = [...idle];
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
  /** Resolves when its program has started, and rejects if it cannot. */
  readonly ready: Promise<void>;
  /** Has the process wait for this host, or not: with `false` it exits without ending it. */
  hold(isHeld: boolean): void;
  /** Resolves when a program that nobody has used stands ready: from the second call on, it is started again in the same thread. */
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
      keep(host, idle);
    },
    terminate: () => host.end(),
  };
}

/** Keeps a host for whoever asks for one like it, for a while. */
function keep(host: Host, idle: Set<Host>): void {
  host.hold(false);
  idle.add(host);
  // A thread that ends takes a while; nobody may take it meanwhile.
  const retirement = setTimeout(() => idle.delete(host) && void host.end(), KEPT_MS);
  retirement.unref();
}

/** Starts a host. @param onEnd - called when it has ended, for whatever reason */
function startHost(entry: WorkerEntry, kind: string, onEnd: (host: Host) => void): Host {
  let pending:
    | { resolve: (response: never) => void; reject: (error: Error) => void; onNote: (message: unknown) => void }
    | undefined;
  let lost: WorkerLost | undefined;
  let isUsed = false;
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
  let isReady: () => void;
  let cannotStart: (error: Error) => void;
  const ready = new Promise<void>((resolve, reject) => {
    isReady = resolve;
    cannotStart = reject;
  });
  const vessel: Vessel = (entry.isolated ? startProcess : startThread)(entry, name, {
    told(message) {
      if (message.type === "ready") isReady();
      if (message.type === "note") pending?.onNote(message.said);
      else if (message.type === "ready") settle()?.resolve(undefined as never);
      else if (message.type === "response") settle()?.resolve(message.value as never);
      else settle()?.reject(revive(message));
    },
    ended(why, details) {
      dropName(host.name);
      lost = new WorkerLost(`worker ${host.name} was lost: ${why}`, details);
      settle()?.reject(lost);
      cannotStart(lost);
      onEnd(host);
    },
  });
  const host: Host = {
    name,
    kind,
    ready,
    get isFree() {
      return !entry.isolated && lost === undefined && pending === undefined;
    },
    call: (request, onNote) => post({ request, activity: currentActivity() }, onNote),
    async begin() {
      await ready;
      if (isUsed) await post("begin");
      isUsed = true;
    },
    hold: vessel.hold,
    end: vessel.end,
  };
  return host;
}

/** Returns an error thrown in a worker, with its class restored where callers tell classes apart. */
function revive({ kind, message, stack }: Extract<Told, { type: "error" }>): Error {
  const error = kind === null ? new Error(message) : new ManymodelError(kind, message);
  if (stack !== null) error.stack = stack;
  return error;
}
