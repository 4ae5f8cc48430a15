import { ManymodelError } from "../../core/errors.ts";
import type { RunRecord } from "../../core/run.ts";
import { runStatesBefore } from "../../core/states.ts";
import type { Catalog } from "../../ports/catalog.ts";

/** Runs in a map. */
export function memoryCatalog(): Catalog {
  const runs = new Map<string, RunRecord>();
  return {
    async createRun(runId, createdAt) {
      if (runs.has(runId))
        throw new ManymodelError("conflict", `run ${runId} exists already; choose another run id (--run-id)`);
      const empty = { endedAt: null, manifest: null, index: null, error: null };
      runs.set(runId, { runId, state: "planning", createdAt, ...empty });
    },
    async moveRun(runId, next, change = {}) {
      const run = runs.get(runId);
      if (run === undefined || !runStatesBefore(next).includes(run.state)) return false;
      runs.set(runId, structuredClone({ ...run, error: null, ...change, state: next }));
      return true;
    },
    async run(runId) {
      return structuredClone(runs.get(runId));
    },
    async runs(state) {
      const all = [...runs.values()].filter((run) => state === undefined || run.state === state);
      return structuredClone(all.reverse());
    },
    async removeRun(runId) {
      if (!runs.delete(runId)) throw new ManymodelError("not-found", `there is no run ${runId}`);
    },
  };
}
