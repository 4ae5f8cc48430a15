import type { DuckDBConnection } from "@duckdb/node-api";
import { ManymodelError } from "../../core/errors.ts";
import type { TablePart } from "../../ports/output.ts";
import type { CsvFormat, ImportResult } from "../../ports/tables.ts";
import { openAppended, replacementKey } from "../node/append.ts";
import { duckSays, identifier, readParquet } from "../node/duck.ts";
import { checkFiles, describe } from "../node/file-source.ts";
import { importedColumns } from "../node/imported-columns.ts";
import { readRow } from "../node/read-row.ts";
import { newPart, REWRITE, type TableStore } from "./table-store.ts";
import { fileChecksum, type VerifiedFiles } from "./verified-files.ts";

/** A file, and the table that its rows are added to. */
interface Appended {
  readonly file: string;
  readonly table: string;
  /** The columns of a key and a time. */
  readonly key: readonly string[];
  readonly csv?: CsvFormat;
}

/**
 * Adds a file's rows to an imported table, as a part of its own. A part with rows that are replaced is written anew; the
 * others stay as they are, so that an append costs what it adds, and one scan of the key's columns.
 */
export async function appendRows(
  connection: DuckDBConnection,
  { store, verified }: { readonly store: TableStore; readonly verified: VerifiedFiles },
  { file, table, key, csv }: Appended,
): Promise<ImportResult> {
  const written: { readonly id: string }[] = [];
  const write = async (select: string) => {
    const part = await newPart(store.folder, table);
    written.push(part);
    const copy = `COPY (${select}) TO $1 (FORMAT parquet, COMPRESSION snappy)`;
    const { rowsChanged } = await connection.run(copy, [part.file]);
    return { ...part, rows: Number(rowsChanged), columns: [], sha256: await fileChecksum(part.file) };
  };
  try {
    await checkFiles(file);
    const parts = store.importedParts(table);
    await verified.check(parts, REWRITE);
    const columns = await describe(connection, store.find(table)?.from ?? "");
    const replaced = replacementKey({ name: table, columns }, key).map(identifier);
    const { from, texts, columns: read } = await openAppended(connection, file, { name: table, columns }, csv);
    const added = await write(`SELECT * FROM ${from}`);
    const keys = `(SELECT DISTINCT ${replaced.join(", ")} FROM ${readParquet([added.file])})`;
    const same = replaced.map((column) => `t.${column} IS NOT DISTINCT FROM n.${column}`).join(" AND ");
    const removed: { readonly id: string }[] = [];
    const remainders: TablePart[] = [];
    let count = 0;
    for (const old of parts) {
      const rows = `${readParquet([old.file])} AS t`;
      const [met] = (await readRow(
        connection,
        `SELECT CAST(count(*) AS DOUBLE) FROM ${rows} SEMI JOIN ${keys} AS n ON ${same}`,
      )) as [number];
      if (met === 0) continue;
      count += met;
      removed.push(old);
      remainders.push(await write(`SELECT t.* FROM ${rows} ANTI JOIN ${keys} AS n ON ${same}`));
    }
    const nonEmpty = [...remainders, added].filter((part) => part.rows > 0);
    store.exchangeImported(table, removed, nonEmpty);
    const imported = await importedColumns(connection, readParquet([added.file]), read, texts);
    store.discard(
      table,
      [...remainders, added].filter((part) => part.rows === 0),
    );
    return { rows: added.rows, replaced: count, columns: imported };
  } catch (cause) {
    store.discard(table, written);
    if (cause instanceof ManymodelError) throw cause;
    throw new ManymodelError("input", `cannot import ${file}: ${duckSays(cause)}`, { cause });
  }
}
