import type { Snapshot } from "../../core/run.ts";
import type { RowPorts } from "../../ports/engine.ts";
import type { StoredItem } from "../../ports/leftovers.ts";
import type { Stage } from "../../ports/stage.ts";
import { copyRows } from "../node/copy-rows.ts";
import { type Duck, identifier } from "../node/duck.ts";
import { showForecasts } from "./current-forecasts.ts";
import type { Database } from "./database.ts";
import { concealRun, exposeRun } from "./expose-run.ts";
import { importFile } from "./import-file.ts";
import { queryDatabase, streamDatabase } from "./query.ts";
import { findRelation } from "./relation.ts";
import { runExclusively } from "./run-exclusively.ts";
import { locateKeys, readPartitions, snapshotKeys, snapshotTimes, takeSnapshot } from "./snapshot.ts";
import { SnapshotChecks, snapshotTable } from "./snapshot-checksums.ts";
import { folded, TableStore } from "./table-store.ts";

/** Returns tables of PostgreSQL: whatever the role may read, and a schema of the workspace's own. */
export function postgresTables(db: Database, stage: Stage, duck: Duck, temporary: string): RowPorts {
  const store = new TableStore(db);
  const checks = new SnapshotChecks(db.schema);
  const verify = (snapshot: Snapshot, extent: "keys" | "rows") =>
    db.session((client) => checks.verify(client, snapshot, extent));
  return {
    source: {
      columns: (table) => db.session((client) => store.columns(client, table)),
      snapshot: (query) => takeSnapshot(db, { store, checks }, query),
      async keys(snapshot, from, to) {
        await verify(snapshot, "keys");
        return snapshotKeys(db, snapshot, from, to);
      },
      async locate(snapshot, keys) {
        if (keys.length === 0) return new Int32Array();
        await verify(snapshot, "keys");
        return locateKeys(db, snapshot, keys);
      },
      // Each row is compared as it is read.
      read: (snapshot, ordinals) => readPartitions(db, snapshot, ordinals),
      async times(snapshot) {
        await verify(snapshot, "rows");
        return snapshotTimes(db, snapshot);
      },
    },
    output: {
      create: (table, columns) => store.create(table, columns),
      write: (table, batch) => store.write(table, batch),
      publish: (table, owner, parts) => store.publish(table, owner, parts),
      published: (table, owner, columns) => db.session((client) => store.published(client, table, owner, columns)),
      carry: (table, owner, rows, set) => store.carry(table, owner, rows, set),
      discard: (table, parts) => store.discard(table, parts),
    },
    views: {
      expose: (run) => exposeRun(db, stage, run),
      conceal: (runId) => concealRun(db, runId),
      showForecasts: (current) => showForecasts(db, store, current),
    },
    tables: {
      hasSchemas: true,
      list: () => db.session((client) => store.list(client)),
      async import(file, table, options) {
        const existing = await db.session(async (client) => {
          const exists = await store.checkImport(client, table, options.replace || options.append !== undefined);
          return exists && options.append !== undefined ? findRelation(client, store, table) : undefined;
        });
        return importFile({ store, duck, temporary }, file, table, options, existing);
      },
      columnName: (name) => identifier(folded(name)),
      query: (sql, params, limit) => queryDatabase(db, sql, params, limit),
      stream: (sql, params) => streamDatabase(db, sql, params),
      copy: (sql, params, file) => copyRows(streamDatabase(db, sql, params), file, temporary),
    },
    leftovers: {
      stored: () => storedItems(db),
      async erase(items) {
        for (const { kind, id } of items)
          if (kind === "snapshot") await eraseSnapshot(db, id);
          else await store.discard(id.slice(0, id.lastIndexOf("/")), [{ id: id.slice(id.lastIndexOf("/") + 1) }]);
      },
    },
  };
}

/** Returns snapshots, and parts that nobody owns: not published yet, or of a process that was killed. */
async function storedItems({ schema, run }: Database): Promise<StoredItem[]> {
  const { rows } = await run<Omit<StoredItem, "ageMs"> & { age: number }>(
    `SELECT 'snapshot' AS kind, id, pg_total_relation_size(format('%s.%I', $1::text, 'mm$snapshot_' || id)::regclass) AS bytes,
       extract(epoch FROM clock_timestamp() - taken_at)::float8 AS age FROM ${schema}.mm$snapshots
     UNION ALL
     SELECT 'part', table_name || '/' || id, 0, extract(epoch FROM clock_timestamp() - written_at)::float8
     FROM ${schema}.mm$parts WHERE owner IS NULL ORDER BY 1, 2`,
    [schema],
  );
  return rows.map(({ kind, id, bytes, age }) => ({ kind, id, bytes, ageMs: 1000 * age }));
}

async function eraseSnapshot(db: Database, id: string): Promise<void> {
  await db.transaction(
    async (client) => {
      await runExclusively(client, `DROP TABLE IF EXISTS ${snapshotTable(db.schema, id)}`);
      await client.query(`DELETE FROM ${db.schema}.mm$snapshots WHERE id = $1`, [id]);
    },
    { repeatable: true },
  );
}
