import type { ClientBase } from "pg";
import { firstRow } from "../../core/columns/first-row.ts";
import type { Snapshot } from "../../core/run.ts";
import type { StoredCheck } from "../../ports/integrity.ts";
import type { Database } from "./database.ts";
import { describeDamage, SnapshotChecks, snapshotTable } from "./snapshot-checksums.ts";
import { TableStore } from "./table-store.ts";

/** Compares pinned rows and parts of tables with their checksums, and says whether the server compares its pages. */
export async function checkStored(db: Database, snapshot?: Snapshot): Promise<StoredCheck> {
  return db.session(async (client) => {
    const checks = new SnapshotChecks(db.schema);
    const store = new TableStore(db);
    const all = await snapshots(client, db.schema);
    const selected = snapshot === undefined ? all : all.filter(({ id }) => id === snapshot.id);
    const problems: string[] = [];
    for (const one of selected)
      if (await checks.isDamaged(client, one, "rows")) problems.push(describeDamage(db.schema, one.id));
    const parts = snapshot === undefined ? await store.findDamage(client) : { damaged: [], compared: 0, unknown: 0 };
    problems.push(...parts.damaged.map((part) => store.describeDamage(part)));
    const pinned = selected.filter(({ sha256 }) => sha256 !== undefined);
    const unknown = parts.unknown + selected.length - pinned.length;
    const notes =
      unknown === 0 ? [] : [`${unknown} tables of an earlier version have no checksum, and were not compared`];
    return {
      files: pinned.length + parts.compared,
      bytes: await sizeOf(client, db.schema, selected),
      problems,
      notes: [...notes, await describePages(client)],
    };
  });
}

async function snapshots(client: ClientBase, schema: string): Promise<Snapshot[]> {
  const { rows } = await client.query(`SELECT record::text AS record FROM ${schema}.mm$snapshots ORDER BY id`);
  return (rows as { record: string }[]).map(({ record }) => JSON.parse(record) as Snapshot);
}

async function sizeOf(client: ClientBase, schema: string, pinned: readonly Snapshot[]): Promise<number> {
  const sql =
    "SELECT coalesce(sum(pg_total_relation_size(name::regclass)), 0)::float8 AS bytes FROM unnest($1::text[]) AS name";
  const names = pinned.map(({ id }) => snapshotTable(schema, id));
  return firstRow((await client.query<{ bytes: number }>(sql, [names])).rows, sql).bytes;
}

/** Says whether the server keeps checksums of its pages: then it finds by itself what was altered below it. */
async function describePages(client: ClientBase): Promise<string> {
  const sql = "SELECT current_setting('data_checksums') AS checksums";
  const { checksums } = firstRow((await client.query<{ checksums: string }>(sql)).rows, sql);
  return checksums === "on"
    ? "PostgreSQL compares the pages of its tables with their checksums whenever it reads them; pg_amcheck reads them all"
    : "PostgreSQL keeps no checksums of its pages; stop it and run pg_checksums --enable";
}
