import { ManymodelError } from "../../core/errors.ts";
import type { Roster, WorkerRecord } from "../../ports/roster.ts";

type Entry = { -readonly [K in keyof WorkerRecord]: WorkerRecord[K] } & { aliveUntil: number };

/** Returns workers in a map, on the clock given. */
export function memoryRoster(now: () => number): Roster {
  const workers = new Map<string, Entry>();
  const find = (name: string) => {
    const entry = workers.get(name);
    return entry !== undefined && entry.aliveUntil > now() ? entry : undefined;
  };
  return {
    async join({ name, run }, aliveMs) {
      if (find(name) !== undefined)
        throw new ManymodelError("conflict", `a worker called ${name} is at work already; choose another name`);
      const startedAt = new Date(now()).toISOString();
      workers.set(name, { name, run, startedAt, stopping: false, aliveUntil: now() + aliveMs });
    },
    async beat(name, aliveMs) {
      const entry = find(name);
      if (entry === undefined) return false;
      entry.aliveUntil = now() + aliveMs;
      return !entry.stopping;
    },
    async leave(name) {
      workers.delete(name);
    },
    async stop(names) {
      const entries = names.map(find).filter((entry) => entry !== undefined);
      for (const entry of entries) entry.stopping = true;
      return entries.length;
    },
    async alive() {
      return [...workers.keys()]
        .flatMap((name) => find(name) ?? [])
        .map(({ aliveUntil: _, ...record }) => record)
        .sort((a, b) => (a.startedAt + a.name < b.startedAt + b.name ? -1 : 1));
    },
  };
}
