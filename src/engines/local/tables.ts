import path from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { columnsOf } from "../../core/columns/column.ts";
import { encodeColumns } from "../../core/columns/encode-columns.ts";
import type { CurrentForecasts } from "../../core/current-forecasts.ts";
import { ManymodelError } from "../../core/errors.ts";
import { keyTexts, type PartitionKey } from "../../core/partition-key.ts";
import type { Snapshot } from "../../core/run.ts";
import type { RowPorts } from "../../ports/engine.ts";
import type { Stage } from "../../ports/stage.ts";
import type { CsvFormat } from "../../ports/tables.ts";
import { checksum } from "../../stages/checksum.ts";
import { writeWhole } from "../../stages/whole-file.ts";
import { type Duck, duckSays, identifier, readParquet } from "../node/duck.ts";
import { checkFiles, openFile } from "../node/file-source.ts";
import { importedColumns } from "../node/imported-columns.ts";
import { readRow } from "../node/read-row.ts";
import { timesOf } from "../node/resolve-query.ts";
import { refusedRows, selectRows } from "../node/select-rows.ts";
import { appendRows } from "./append-rows.ts";
import type { Database } from "./database.ts";
import type { Folders } from "./folders.ts";
import { fillProbe } from "./probe.ts";
import { carryRows, readPublished } from "./published-rows.ts";
import { copyWorkspace, queryWorkspace, selectWorkspace, streamWorkspace } from "./query.ts";
import { readKeys } from "./read-keys.ts";
import { readPartitions } from "./read-partitions.ts";
import { concealRun, exposeRun } from "./result-views.ts";
import { KEY_SQL_TYPES, pinAgain, type SnapshotPlace, snapshotFiles, takeSnapshot } from "./snapshot.ts";
import { openSources, type Sources } from "./source.ts";
import { eraseItems, storedItems } from "./stored-items.ts";
import { newPart, REWRITE, TableStore } from "./table-store.ts";
import { fileChecksum, VerifiedFiles } from "./verified-files.ts";

/**
 * Returns tables as Parquet files, read and sorted by DuckDB; which files make up a table is SQLite's to say.
 *
 * @param elsewhere - the stage, if it is not in a directory
 */
export function localTables(db: () => Database, duck: Duck, folders: Folders, elsewhere?: Stage): RowPorts {
  let opened: TableStore | undefined;
  const store = () => (opened ??= new TableStore(db(), folders.tables));
  let current: CurrentForecasts | undefined;
  let openedSources: Sources | undefined;
  const sources = () => (openedSources ??= openSources(store()));
  const verified = new VerifiedFiles();
  /** Returns a pinned file, compared with its checksum when this process first reads it. */
  const pinned = async (snapshot: Snapshot, part: "keys" | "data") => {
    const stored = snapshotFiles(folders.snapshots, snapshot)[part];
    await verified.check([stored], pinAgain(folders.snapshots, snapshot.id));
    return stored.file;
  };
  const published = async (table: string, owner: string | null) => {
    const { files, columns } = store().published(table, owner);
    await verified.check(files, REWRITE);
    return { files: files.map(({ file }) => file), columns };
  };
  const queried = () => ({ db: db(), store: store(), folders, elsewhere, current, verified });
  const writeSelected: SnapshotPlace["writeSelected"] = async (connection, rows, file) => {
    const { select, table } = rows;
    if (select !== undefined || store().find(table) !== undefined) return selectWorkspace(queried(), rows, file);
    const { from } = await sources().find(connection, table);
    try {
      await connection.run(`COPY (${selectRows(rows, from)}\n) TO $1 (FORMAT parquet, COMPRESSION snappy)`, [file]);
    } catch (cause) {
      throw refusedRows(rows, duckSays(cause), cause);
    }
  };
  return {
    source: {
      async snapshot(query) {
        return duck.use((connection) =>
          takeSnapshot(
            connection,
            { ...folders, folder: folders.snapshots, verified, sources: sources(), writeSelected },
            query,
          ),
        );
      },
      async keys(snapshot, from, to) {
        const file = await pinned(snapshot, "keys");
        return duck.use((connection) => readKeys(connection, snapshot, file, { from, to }));
      },
      async locate(snapshot, keys) {
        const ordinals = new Int32Array(keys.length).fill(-1);
        if (keys.length === 0) return ordinals;
        const file = await pinned(snapshot, "keys");
        await duck.use((connection) => locate(connection, snapshot, file, keys, ordinals));
        return ordinals;
      },
      async read(snapshot, ordinals, newerThan) {
        const files = { keys: await pinned(snapshot, "keys"), data: await pinned(snapshot, "data") };
        return duck.use((connection) => readPartitions(connection, snapshot, files, ordinals, newerThan));
      },
      async times(snapshot) {
        const { time, target } = timesOf(snapshot);
        const rows = `${readParquet([await pinned(snapshot, "data")])} WHERE p < ${Number(snapshot.partitions)} AND c${time} IS NOT NULL`;
        return duck.use(async (connection) => {
          const sql = `SELECT DISTINCT c${time} AS t FROM ${rows} AND isfinite(CAST(c${target} AS DOUBLE)) ORDER BY t`;
          const observed = (await connection.runAndReadAll(sql)).getColumns()[0] ?? [];
          const isLater = `c${time} > ${observed.length === 0 ? "'-inf'::DOUBLE" : Number(observed.at(-1))}`;
          const counted = await connection.runAndReadAll(
            `SELECT CAST(count(*) FILTER (${isLater}) AS INTEGER), CAST(count(*) FILTER (NOT ${isLater})
               - count(DISTINCT (p, c${time})) FILTER (NOT ${isLater}) AS INTEGER) FROM ${rows}`,
          );
          const [later, repeated] = (counted.getRows()[0] ?? []).map(Number);
          return { observed: Float64Array.from(observed as number[]), later: later ?? 0, repeated: repeated ?? 0 };
        });
      },
      async columns(table) {
        return store().columns(table);
      },
    },
    output: {
      async create(table, columns) {
        return store().create(table, columns);
      },
      async write(table, batch) {
        const { id, file } = await newPart(folders.tables, table);
        const bytes = encodeColumns(batch);
        await writeWhole(file, bytes);
        return { id, rows: batch.length, columns: columnsOf(batch), sha256: checksum(bytes) };
      },
      async publish(table, owner, parts) {
        store().publish(table, owner, parts);
      },
      async published(table, owner, columns) {
        const parts = await published(table, owner);
        return duck.use((connection) => readPublished(connection, parts, columns));
      },
      async carry(table, owner, rows, set) {
        const part = await newPart(folders.tables, table);
        const from = await published(table, owner);
        const written = await duck.use((connection) => carryRows(connection, from, rows, set, part.file));
        return { id: part.id, ...written, sha256: await fileChecksum(part.file) };
      },
      async discard(table, parts) {
        store().discard(table, parts);
      },
    },
    views: {
      async expose(run) {
        exposeRun(db(), run);
      },
      async conceal(runId) {
        concealRun(db(), runId);
      },
      async showForecasts(forecasts) {
        current = forecasts;
      },
    },
    tables: {
      async list() {
        return store().list();
      },
      async import(file, table, { replace, csv, append }) {
        const exists = store().checkImport(table, replace || append !== undefined);
        if (exists && append !== undefined)
          return duck.use((connection) =>
            appendRows(
              connection,
              { store: store(), verified },
              { file: path.resolve(file), table, key: append, ...(csv && { csv }) },
            ),
          );
        const part = await newPart(folders.tables, table);
        try {
          const imported = await duck.use((connection) => importRows(connection, path.resolve(file), part.file, csv));
          const sha256 = await fileChecksum(part.file);
          store().publishImport(table, { id: part.id, rows: imported.rows, columns: [], sha256 }, replace);
          return imported;
        } catch (cause) {
          store().discard(table, [part]);
          if (cause instanceof ManymodelError) throw cause;
          throw new ManymodelError("input", `cannot import ${file}: ${duckSays(cause)}`, { cause });
        }
      },
      columnName: identifier,
      async query(sql, params, limit, { run } = {}) {
        return queryWorkspace(queried(), { sql, params, ...(run !== undefined && { run }) }, limit);
      },
      stream: (sql, params) => streamWorkspace(queried(), { sql, params }),
      async copy(sql, params, file) {
        return copyWorkspace(queried(), { sql, params, file });
      },
    },
    leftovers: {
      stored: () => storedItems(db(), folders),
      erase: (items) => eraseItems(folders, items),
    },
  };
}

/** Copies a file's rows into a part of a table; says how many. */
async function importRows(connection: DuckDBConnection, file: string, part: string, csv?: CsvFormat) {
  await checkFiles(file);
  const { from, texts, columns } = await openFile(connection, file, csv);
  await connection.run(`COPY (SELECT * FROM ${from}) TO $1 (FORMAT parquet, COMPRESSION snappy)`, [part]);
  const count = `SELECT CAST(count(*) AS DOUBLE) FROM ${readParquet([part])}`;
  const [rows] = (await readRow(connection, count)) as [number];
  return { rows, columns: await importedColumns(connection, readParquet([part]), columns, texts) };
}

async function locate(
  connection: DuckDBConnection,
  { keyColumns }: Snapshot,
  file: string,
  keys: readonly PartitionKey[],
  ordinals: Int32Array,
): Promise<void> {
  await fillProbe(connection, keyTexts(keyColumns, keys));
  const casts = keyColumns.map(({ type }, c) => `CAST(t${c} AS ${KEY_SQL_TYPES[type]})`);
  const joined = casts.map((cast, c) => `k.k${c} IS NOT DISTINCT FROM ${cast}`).join(" AND ");
  const hasNull = keys.some((key) => key[0] === null);
  const range = `k.k0 BETWEEN (SELECT min(${casts[0]}) FROM probe) AND (SELECT max(${casts[0]}) FROM probe)`;
  const sql = `SELECT i, p FROM probe JOIN (SELECT * FROM ${readParquet([file])} k ${hasNull ? "" : `WHERE ${range}`}) k ON ${joined}`;
  const result = await connection.runAndReadAll(sql);
  for (const [i, p] of result.getRows() as [number, number][]) ordinals[i] = p;
  await connection.run("DROP TABLE probe");
}
