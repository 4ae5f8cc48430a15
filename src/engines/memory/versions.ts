import type { Annotation, AuditEntry, ModelAlias, ModelVersion } from "../../core/registry.ts";
import { checkFree, checkMove, checkUnused, unknownVersion } from "../../core/registry-rules.ts";
import type { Versions } from "../../ports/versions.ts";

/** Returns versions, aliases, annotations and the audit log in memory. */
export function memoryVersions(): Versions {
  const versions = new Map<string, ModelVersion>();
  const aliases = new Map<string, ModelAlias>();
  const annotations = new Map<string, Map<string, Annotation>>();
  const log: AuditEntry[] = [];
  const id = (model: string, name: string) => JSON.stringify([model, name]);
  const checkExists = (model: string, version: string) => {
    if (!versions.has(id(model, version))) throw unknownVersion(model, version);
  };
  const of = (model: string | undefined) => (entry: { model: string | null }) =>
    model === undefined || entry.model === model;
  return {
    async create(version, change) {
      const { model, version: name, runId: run } = version;
      checkFree(versions.has(id(model, name)), aliases.has(id(model, name)), model, name);
      versions.set(id(model, name), structuredClone(version));
      log.push({ ...change, action: "create-version", model, version: name, details: { run } });
    },
    async get(model, version) {
      return structuredClone(versions.get(id(model, version)));
    },
    async list(model) {
      return structuredClone([...versions.values()].filter(of(model)).reverse());
    },
    async remove(model, version, change) {
      checkExists(model, version);
      const pointing = [...aliases.values()].filter((alias) => alias.model === model && alias.version === version);
      checkUnused(pointing.map(({ alias }) => alias).sort(), model, version);
      annotations.delete(id(model, version));
      versions.delete(id(model, version));
      log.push({ ...change, action: "delete-version", model, version, details: {} });
    },
    async moveAlias({ model, alias, version, expected, rollback }, change) {
      const before = aliases.get(id(model, alias))?.version;
      const isVersion = version !== null && versions.has(id(model, alias));
      checkMove(model, alias, { before, version, expected, isVersion });
      if (version === null) aliases.delete(id(model, alias));
      else {
        checkExists(model, version);
        aliases.set(id(model, alias), { model, alias, version, changedAt: change.at });
      }
      const action = version === null ? "remove-alias" : rollback ? "rollback-alias" : "set-alias";
      log.push({ ...change, action, model, version, details: { alias, before: before ?? null } });
    },
    async aliases(model) {
      const place = (entry: ModelAlias) => id(entry.model, entry.alias);
      return [...aliases.values()].filter(of(model)).sort((a, b) => (place(a) < place(b) ? -1 : 1));
    },
    async annotate(model, version, annotation, change) {
      checkExists(model, version);
      const ofVersion = annotations.get(id(model, version)) ?? new Map<string, Annotation>();
      ofVersion.set(id(annotation.kind, annotation.name), annotation);
      annotations.set(id(model, version), ofVersion);
      log.push({ ...change, action: "annotate", model, version, details: { ...annotation } });
    },
    async annotations(model, version) {
      const entries = [...(annotations.get(id(model, version)) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));
      return entries.map(([, annotation]) => annotation);
    },
    async note(entry) {
      log.push(structuredClone(entry));
    },
    async audit({ model, limit }) {
      return structuredClone(log.filter(of(model)).slice(-limit));
    },
  };
}
