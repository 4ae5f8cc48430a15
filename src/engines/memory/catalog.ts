import { ManymodelError } from "../../core/errors.ts";
import type { ModelAlias, ModelVersion, RunRecord } from "../../core/run.ts";
import { runStatesBefore } from "../../core/states.ts";
import type { Catalog } from "../../ports/catalog.ts";

/** Runs and versions in maps. */
export function memoryCatalog(): Catalog {
  const runs = new Map<string, RunRecord>();
  const versions: ModelVersion[] = [];
  const aliases = new Map<string, ModelAlias>();
  const find = (model: string, name: string) => versions.find((v) => v.model === model && v.version === name);
  return {
    async createRun(runId, createdAt) {
      if (runs.has(runId))
        throw new ManymodelError("conflict", `run ${runId} exists already; choose another model_run_id`);
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
    async runs() {
      return structuredClone([...runs.values()].reverse());
    },
    async createVersion(version) {
      if (find(version.model, version.version) !== undefined)
        throw new ManymodelError(
          "conflict",
          `${version.model} has a version ${version.version} already; versions never change, choose another`,
        );
      versions.push(structuredClone(version));
    },
    async version(model, name) {
      return structuredClone(find(model, name));
    },
    async setAlias(model, alias, version, changedAt) {
      if (find(model, version) === undefined)
        throw new ManymodelError("not-found", `there is no version ${version} of model ${model}`);
      aliases.set(JSON.stringify([model, alias]), { model, alias, version, changedAt });
    },
    async aliases(model) {
      const found = [...aliases.values()].filter((entry) => model === undefined || entry.model === model);
      return found.sort((a, b) => (a.model + a.alias < b.model + b.alias ? -1 : 1));
    },
    async versions(model) {
      return structuredClone(versions.filter((v) => model === undefined || v.model === model).reverse());
    },
  };
}
