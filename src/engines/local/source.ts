import type { DuckDBConnection } from "@duckdb/node-api";
import { ManymodelError, messageOf } from "../../core/errors.ts";
import { describe, fileFingerprint, openFile } from "../node/file-source.ts";
import type { SourceColumn } from "../node/resolve-query.ts";
import type { TableStore } from "./table-store.ts";
import type { StoredFile } from "./verified-files.ts";

/** Rows that can be read with `SELECT … FROM <from>`, and what they were when they were looked at. */
export interface Source {
  readonly from: string;
  readonly fingerprint: string;
  readonly columns: readonly SourceColumn[];
  /** The files of a table of the workspace. */
  readonly files?: readonly StoredFile[];
}

/** Finds sources, and remembers what it learnt of a file as long as the file stays the same. */
export interface Sources {
  /**
   * Returns a source: a table of the workspace; or a file: `.csv` or `.tsv` (also `.gz`), `.parquet`, `.json` or
   * `.ndjson`; or `file.duckdb:TABLE`, read-only. A CSV file's numbers of which some begin with 0 (`007`) are text.
   *
   * @throws {ManymodelError} `not-found` or `input`, saying what is there
   */
  find(connection: DuckDBConnection, table: string): Promise<Source>;
  /** Returns the source's fingerprint: equal fingerprints mean equal data. */
  fingerprint(table: string): Promise<string>;
}

/** Returns the sources that a workspace can read. */
export function openSources(store: TableStore): Sources {
  const sources = new Map<string, Source>();
  const names = () => store.list().map(({ name }) => name);
  const fingerprint = async (table: string) => {
    const stored = store.find(table);
    if (stored !== undefined) return stored.fingerprint;
    if (/\.xlsx(:[^:]+)?$/i.test(table))
      throw new ManymodelError(
        "input",
        `${table} is an Excel workbook, which is imported before it is read: manymodel import ${table} --table NAME`,
      );
    return fileFingerprint(table, names);
  };
  return {
    fingerprint,
    async find(connection, table) {
      const stored = store.find(table);
      if (stored !== undefined) return { ...stored, columns: await describe(connection, stored.from) };
      const current = await fingerprint(table);
      const cached = sources.get(current);
      if (cached !== undefined) return cached;
      try {
        const source = { ...(await openFile(connection, table)), fingerprint: current };
        sources.set(current, source);
        return source;
      } catch (cause) {
        if (cause instanceof ManymodelError) throw cause;
        throw new ManymodelError("input", `cannot read ${table}: ${messageOf(cause, 300)}`, { cause });
      }
    },
  };
}
