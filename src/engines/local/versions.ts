import {
  type Annotation,
  type AuditEntry,
  auditEntry,
  type ModelAlias,
  type ModelVersion,
} from "../../core/registry.ts";
import { checkFree, checkMove, checkUnused, unknownVersion } from "../../core/registry-rules.ts";
import type { Versions } from "../../ports/versions.ts";
import { seal, unseal } from "../../stages/sealed.ts";
import { damagedRow } from "../node/stored-run.ts";
import { type Database, transact } from "./database.ts";

/** Returns versions, aliases, annotations and the audit log as rows of SQLite. */
export function localVersions(db: Database): Versions {
  const insertVersion = db.prepare("INSERT INTO versions (model, version, created_at, record) VALUES (?, ?, ?, ?)");
  const deleteVersion = db.prepare("DELETE FROM versions WHERE model = ? AND version = ?");
  const selectVersion = db.prepare("SELECT record FROM versions WHERE model = ? AND version = ?");
  const selectVersions = db.prepare(
    "SELECT record FROM versions WHERE model = coalesce(?, model) ORDER BY created_at DESC, rowid DESC",
  );
  const selectAlias = db.prepare("SELECT version FROM aliases WHERE model = ? AND alias = ?");
  const aliasesOf = db.prepare("SELECT alias FROM aliases WHERE model = ? AND version = ? ORDER BY alias");
  const upsertAlias = db.prepare(
    `INSERT INTO aliases (model, alias, version, changed_at) VALUES (?, ?, ?, ?)
     ON CONFLICT (model, alias) DO UPDATE SET version = excluded.version, changed_at = excluded.changed_at`,
  );
  const deleteAlias = db.prepare("DELETE FROM aliases WHERE model = ? AND alias = ?");
  const selectAliases = db.prepare(
    `SELECT model, alias, version, changed_at AS changedAt FROM aliases WHERE model = coalesce(?, model)
     ORDER BY model, alias`,
  );
  const upsertAnnotation = db.prepare(
    `INSERT INTO annotations (model, version, kind, name, value) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (model, version, kind, name) DO UPDATE SET value = excluded.value`,
  );
  const deleteAnnotations = db.prepare("DELETE FROM annotations WHERE model = ? AND version = ?");
  const selectAnnotations = db.prepare(
    "SELECT kind, name, value FROM annotations WHERE model = ? AND version = ? ORDER BY kind, name",
  );
  const insertEntry = db.prepare(
    "INSERT INTO audit (at, by, action, model, version, details) VALUES (?, ?, ?, ?, ?, ?)",
  );
  const selectEntries = db.prepare(
    `SELECT at, by, action, model, version, details FROM
       (SELECT * FROM audit WHERE ? IS NULL OR model = ? ORDER BY id DESC LIMIT ?) ORDER BY id`,
  );

  const note = ({ at, by, action, model, version, details }: AuditEntry) =>
    insertEntry.run(at, by, action, model, version, JSON.stringify(details));
  const write = (work: () => void) => transact(db, work);
  const find = (model: string, version: string) => selectVersion.get(model, version) as { record: string } | undefined;
  const checkExists = (model: string, version: string) => {
    if (find(model, version) === undefined) throw unknownVersion(model, version);
  };

  return {
    async create(version, change) {
      const { model, version: name, createdAt, runId } = version;
      write(() => {
        checkFree(find(model, name) !== undefined, selectAlias.get(model, name) !== undefined, model, name);
        insertVersion.run(model, name, createdAt, seal(version));
        note(auditEntry("create-version", model, name, { run: runId }, change));
      });
    },
    async get(model, version) {
      const row = find(model, version);
      return row && unseal<ModelVersion>(row.record, damagedRow(`version ${model} ${version}`));
    },
    async list(model) {
      const rows = selectVersions.all([model ?? null]) as { record: string }[];
      return rows.map(({ record }) => unseal<ModelVersion>(record, damagedRow("a version")));
    },
    async remove(model, version, change) {
      write(() => {
        checkExists(model, version);
        const aliases = (aliasesOf.all(model, version) as { alias: string }[]).map(({ alias }) => alias);
        checkUnused(aliases, model, version);
        deleteAnnotations.run(model, version);
        deleteVersion.run(model, version);
        note(auditEntry("delete-version", model, version, {}, change));
      });
    },
    async moveAlias({ model, alias, version, expected, rollback }, change) {
      write(() => {
        const before = (selectAlias.get(model, alias) as { version: string } | undefined)?.version;
        const isVersion = version !== null && find(model, alias) !== undefined;
        checkMove(model, alias, { before, version, expected, isVersion });
        if (version === null) deleteAlias.run(model, alias);
        else {
          checkExists(model, version);
          upsertAlias.run(model, alias, version, change.at);
        }
        const action = version === null ? "remove-alias" : rollback ? "rollback-alias" : "set-alias";
        note(auditEntry(action, model, version, { alias, before: before ?? null }, change));
      });
    },
    async aliases(model) {
      return selectAliases.all([model ?? null]) as ModelAlias[];
    },
    async annotate(model, version, annotation, change) {
      write(() => {
        checkExists(model, version);
        const { kind, name, value } = annotation;
        upsertAnnotation.run(model, version, kind, name, JSON.stringify(value));
        note(auditEntry("annotate", model, version, { ...annotation }, change));
      });
    },
    async annotations(model, version) {
      const rows = selectAnnotations.all(model, version) as { kind: string; name: string; value: string }[];
      return rows.map(
        (row) =>
          ({
            ...row,
            value: unseal(row.value, damagedRow(`${row.kind} ${row.name} of ${model} ${version}`)),
          }) as Annotation,
      );
    },
    async note(added) {
      note(added);
    },
    async audit({ model, limit }) {
      const rows = selectEntries.all(model ?? null, model ?? null, limit) as (Omit<AuditEntry, "details"> & {
        details: string;
      })[];
      return rows.map((row) => ({ ...row, details: unseal(row.details, damagedRow("an entry of the audit log")) }));
    },
  };
}
