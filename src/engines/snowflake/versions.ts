import {
  type Annotation,
  type AuditEntry,
  auditEntry,
  type ModelAlias,
  type ModelVersion,
} from "../../core/registry.ts";
import { checkFree, checkMove, checkUnused, unknownVersion } from "../../core/registry-rules.ts";
import type { Versions } from "../../ports/versions.ts";
import type { Names } from "./names.ts";
import type { Row, Session, Statements } from "./session.ts";
import { catalogStatements } from "./sql/catalog.ts";
import { versionStatements } from "./sql/versions.ts";

/** Returns versions, aliases, annotations and the audit log as rows of tables; changes come one after another. */
export function snowflakeVersions(session: Session, names: Names): Versions {
  const sql = versionStatements(names);
  const { lock } = catalogStatements(names);
  const one = async (at: Statements, text: string, model: string, name: string) =>
    (await at.rows(text, [model, name]))[0]?.[0] as string | undefined;
  const checkExists = async (at: Statements, model: string, version: string) => {
    if ((await one(at, sql.get, model, version)) === undefined) throw unknownVersion(model, version);
  };
  const note = async (at: Statements, entry: AuditEntry) => {
    const { at: when, by, action, model, version, details } = entry;
    await at.change(sql.note, [when, by, action, model, version, JSON.stringify(details)]);
  };
  const change = (work: (at: Statements) => Promise<AuditEntry>) =>
    session.transaction(async (at) => {
      await at.change(lock, ["registry"]);
      await note(at, await work(at));
    });

  return {
    create: (version, by) =>
      change(async (at) => {
        const { model, version: name, createdAt, runId } = version;
        const isVersion = (await one(at, sql.get, model, name)) !== undefined;
        checkFree(isVersion, (await one(at, sql.alias, model, name)) !== undefined, model, name);
        await at.change(sql.insert, [model, name, createdAt, JSON.stringify(version)]);
        return auditEntry("create-version", model, name, { run: runId }, by);
      }),
    async get(model, version) {
      const record = await one(session, sql.get, model, version);
      return record === undefined ? undefined : (JSON.parse(record) as ModelVersion);
    },
    async list(model) {
      const rows = model === undefined ? await session.rows(sql.all) : await session.rows(sql.ofModel, [model]);
      return rows.map(([record]) => JSON.parse(record as string) as ModelVersion);
    },
    remove: (model, version, by) =>
      change(async (at) => {
        await checkExists(at, model, version);
        const aliases = (await at.rows(sql.aliasesOf, [model, version])).map(([alias]) => alias as string);
        checkUnused(aliases, model, version);
        await at.change(sql.forget, [model, version]);
        await at.change(sql.remove, [model, version]);
        return auditEntry("delete-version", model, version, {}, by);
      }),
    moveAlias: ({ model, alias, version, expected, rollback }, by) =>
      change(async (at) => {
        const before = await one(at, sql.alias, model, alias);
        const isVersion = version !== null && (await one(at, sql.get, model, alias)) !== undefined;
        checkMove(model, alias, { before, version, expected, isVersion });
        if (version !== null) await checkExists(at, model, version);
        await at.change(sql.removeAlias, [model, alias]);
        if (version !== null) await at.change(sql.insertAlias, [model, alias, version, by.at]);
        const action = version === null ? "remove-alias" : rollback ? "rollback-alias" : "set-alias";
        return auditEntry(action, model, version, { alias, before: before ?? null }, by);
      }),
    async aliases(model) {
      return (await session.rows(sql.aliases))
        .map(([of, alias, version, changedAt]) => ({ model: of, alias, version, changedAt }) as ModelAlias)
        .filter((alias) => model === undefined || alias.model === model);
    },
    annotate: (model, version, annotation, by) =>
      change(async (at) => {
        await checkExists(at, model, version);
        const { kind, name, value } = annotation;
        await at.change(sql.unsay, [model, version, kind, name]);
        await at.change(sql.say, [model, version, kind, name, JSON.stringify(value)]);
        return auditEntry("annotate", model, version, { ...annotation }, by);
      }),
    async annotations(model, version) {
      const rows = await session.rows(sql.said, [model, version]);
      return rows.map(([kind, name, value]) => ({ kind, name, value: JSON.parse(value as string) }) as Annotation);
    },
    note: (added) => note(session, added),
    async audit({ model, limit }) {
      const rows =
        model === undefined ? await session.rows(sql.audit(limit)) : await session.rows(sql.auditOf(limit), [model]);
      return rows.map(toEntry).reverse();
    },
  };
}

function toEntry([at, by, action, model, version, details]: Row): AuditEntry {
  return { at, by, action, model, version, details: JSON.parse(details as string) } as AuditEntry;
}
