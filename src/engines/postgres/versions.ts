import type { ClientBase } from "pg";
import {
  type Annotation,
  type AuditEntry,
  auditEntry,
  type ModelAlias,
  type ModelVersion,
} from "../../core/registry.ts";
import { checkFree, checkMove, checkUnused, unknownVersion } from "../../core/registry-rules.ts";
import type { Versions } from "../../ports/versions.ts";
import type { Database } from "./database.ts";

/** Returns versions, aliases, annotations and the audit log as rows of PostgreSQL. */
export function postgresVersions(db: Database): Versions {
  const { schema } = db;
  const SELECT_ALIAS = `SELECT version FROM ${schema}.mm$aliases WHERE model = $1 AND alias = $2`;

  const note = (client: ClientBase, { at, by, action, model, version, details }: AuditEntry) =>
    client.query(
      `INSERT INTO ${schema}.mm$audit (at, by, action, model, version, details) VALUES ($1, $2, $3, $4, $5, $6)`,
      [at, by, action, model, version, JSON.stringify(details)],
    );
  /** Changes of one model come one after another, so that what a change checks is so until it is made. */
  const write = (model: string, work: (client: ClientBase) => Promise<AuditEntry>) =>
    db.transaction(async (client) => {
      await client.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [`manymodel ${schema} ${model}`]);
      await note(client, await work(client));
    });
  const isThere = async (client: ClientBase, model: string, version: string) => {
    const result = await client.query(`SELECT FROM ${schema}.mm$versions WHERE model = $1 AND version = $2`, [
      ...[model, version],
    ]);
    return result.rows.length > 0;
  };
  const checkExists = async (client: ClientBase, model: string, version: string) => {
    if (!(await isThere(client, model, version))) throw unknownVersion(model, version);
  };
  const pointsAt = async (client: ClientBase, model: string, alias: string) => {
    const { rows } = await client.query(SELECT_ALIAS, [model, alias]);
    return (rows[0] as { version: string } | undefined)?.version;
  };

  return {
    async create(version, change) {
      const { model, version: name, createdAt, runId } = version;
      await write(model, async (client) => {
        const isAlias = (await pointsAt(client, model, name)) !== undefined;
        checkFree(await isThere(client, model, name), isAlias, model, name);
        const sql = `INSERT INTO ${schema}.mm$versions (model, version, created_at, record) VALUES ($1, $2, $3, $4)`;
        await client.query(sql, [model, name, createdAt, JSON.stringify(version)]);
        return auditEntry("create-version", model, name, { run: runId }, change);
      });
    },
    async get(model, version) {
      const sql = `SELECT record FROM ${schema}.mm$versions WHERE model = $1 AND version = $2`;
      const { rows } = await db.run<{ record: string }>(sql, [model, version]);
      return rows[0] && (JSON.parse(rows[0].record) as ModelVersion);
    },
    async list(model) {
      const { rows } = await db.run<{ record: string }>(
        `SELECT record FROM ${schema}.mm$versions WHERE model = coalesce($1, model) ORDER BY created_at DESC, id DESC`,
        [model ?? null],
      );
      return rows.map(({ record }) => JSON.parse(record) as ModelVersion);
    },
    async remove(model, version, change) {
      await write(model, async (client) => {
        await checkExists(client, model, version);
        const of = [model, version];
        const sql = `SELECT alias FROM ${schema}.mm$aliases WHERE model = $1 AND version = $2 ORDER BY alias`;
        const { rows } = await client.query(sql, of);
        checkUnused(
          rows.map(({ alias }: { alias: string }) => alias),
          model,
          version,
        );
        await client.query(`DELETE FROM ${schema}.mm$annotations WHERE model = $1 AND version = $2`, of);
        await client.query(`DELETE FROM ${schema}.mm$versions WHERE model = $1 AND version = $2`, of);
        return auditEntry("delete-version", model, version, {}, change);
      });
    },
    async moveAlias({ model, alias, version, expected, rollback }, change) {
      await write(model, async (client) => {
        const before = await pointsAt(client, model, alias);
        const isVersion = version !== null && (await isThere(client, model, alias));
        checkMove(model, alias, { before, version, expected, isVersion });
        if (version === null)
          await client.query(`DELETE FROM ${schema}.mm$aliases WHERE model = $1 AND alias = $2`, [model, alias]);
        else {
          await checkExists(client, model, version);
          await client.query(
            `INSERT INTO ${schema}.mm$aliases (model, alias, version, changed_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (model, alias) DO UPDATE SET version = excluded.version, changed_at = excluded.changed_at`,
            [model, alias, version, change.at],
          );
        }
        const action = version === null ? "remove-alias" : rollback ? "rollback-alias" : "set-alias";
        return auditEntry(action, model, version, { alias, before: before ?? null }, change);
      });
    },
    async aliases(model) {
      const { rows } = await db.run<Omit<ModelAlias, "changedAt"> & { changed_at: Date }>(
        `SELECT model, alias, version, changed_at FROM ${schema}.mm$aliases WHERE model = coalesce($1, model)
         ORDER BY model, alias`,
        [model ?? null],
      );
      return rows.map(({ changed_at, ...alias }) => ({ ...alias, changedAt: changed_at.toISOString() }));
    },
    async annotate(model, version, annotation, change) {
      await write(model, async (client) => {
        await checkExists(client, model, version);
        const { kind, name, value } = annotation;
        await client.query(
          `INSERT INTO ${schema}.mm$annotations (model, version, kind, name, value) VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT (model, version, kind, name) DO UPDATE SET value = excluded.value`,
          [model, version, kind, name, JSON.stringify(value)],
        );
        return auditEntry("annotate", model, version, { ...annotation }, change);
      });
    },
    async annotations(model, version) {
      const { rows } = await db.run<{ kind: string; name: string; value: string }>(
        `SELECT kind, name, value FROM ${schema}.mm$annotations WHERE model = $1 AND version = $2 ORDER BY kind, name`,
        [model, version],
      );
      return rows.map((row) => ({ ...row, value: JSON.parse(row.value) }) as Annotation);
    },
    async note(added) {
      await db.transaction((client) => note(client, added));
    },
    async audit({ model, limit }) {
      const { rows } = await db.run<Omit<AuditEntry, "at" | "details"> & { at: Date; details: string }>(
        `SELECT at, by, action, model, version, details FROM
           (SELECT * FROM ${schema}.mm$audit WHERE $1::text IS NULL OR model = $1 ORDER BY id DESC LIMIT $2) AS newest
         ORDER BY id`,
        [model ?? null, limit],
      );
      return rows.map((row) => ({ ...row, at: row.at.toISOString(), details: JSON.parse(row.details) }));
    },
  };
}
