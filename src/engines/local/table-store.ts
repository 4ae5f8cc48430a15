import { createHash, randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import path from "node:path";
import type { ColumnInfo } from "../../core/columns/column.ts";
import { checkNotForecasts } from "../../core/current-forecasts.ts";
import { ManymodelError, show } from "../../core/errors.ts";
import { checkName } from "../../core/run.ts";
import type { TablePart } from "../../ports/output.ts";
import { unseal } from "../../stages/sealed.ts";
import { makeFolder } from "../../stages/whole-file.ts";
import { tableExists } from "../node/append.ts";
import { DUCK_TYPES, identifier, readParquet } from "../node/duck.ts";
import { damagedRow } from "../node/stored-run.ts";
import { type Database, transact } from "./database.ts";
import { RESULT_VIEWS } from "./result-views.ts";
import type { StoredFile } from "./verified-files.ts";

function columnsOfRow({ columns }: { readonly columns: string }): ColumnInfo[] {
  const damaged = damagedRow("what is known of a table's columns");
  const list = unseal<ColumnInfo[]>(columns, damaged);
  // The list has no checksum. A bit that flips in a word such as `name` leaves it readable.
  const isColumn = ({ name, type }: ColumnInfo) => typeof name === "string" && Object.hasOwn(DUCK_TYPES, type);
  if (!Array.isArray(list) || !list.every(isColumn)) throw new ManymodelError("corrupt", damaged);
  return list;
}

/** The remedy for a damaged part of a table. */
export const REWRITE = "import the table again (--replace), or score the batch again, as it was written";

/** The workspace's own tables: Parquet files, of which SQLite says which ones are part of which table. */
export class TableStore {
  readonly #db: Database;
  readonly folder: string;

  constructor(db: Database, folder: string) {
    this.#db = db;
    this.folder = folder;
  }

  list(): { name: string; rows: number }[] {
    const sql = `SELECT name, coalesce(sum(row_count), 0) AS rows FROM tables LEFT JOIN parts ON table_name = name
      GROUP BY name ORDER BY name`;
    return this.#db.prepare(sql).all() as { name: string; rows: number }[];
  }

  /**
   * Finds the relation of a table's rows, and a fingerprint of them; undefined if there is no such table.
   *
   * @param owner - whose rows; everybody's when left out
   */
  find(table: string, owner?: string): { from: string; fingerprint: string; files: StoredFile[] } | undefined {
    const row = this.#db.prepare("SELECT name, columns FROM tables WHERE name = ?").get(table) as
      | { name: string; columns: string }
      | undefined;
    if (row === undefined) return undefined;
    const parts = this.#db
      .prepare("SELECT id, sha256 FROM parts WHERE table_name = ?1 AND (?2 IS NULL OR owner = ?2) ORDER BY id")
      .all(row.name, owner ?? null) as { id: string; sha256: string | null }[];
    const fingerprint = createHash("sha256")
      .update(JSON.stringify([row.name, parts.map((part) => part.id)]))
      .digest("hex");
    const list = owner === undefined ? columnsOfRow(row) : (this.columns(table) ?? []);
    const columns = list.map(({ name, type }) => `CAST(NULL AS ${DUCK_TYPES[type]}) AS ${identifier(name)}`);
    const none = columns.length > 0 ? `SELECT ${columns.join(", ")} WHERE false` : undefined;
    const files = parts.map(({ id, sha256 }) => ({ file: partFile(this.folder, row.name, id), sha256 }));
    const some = files.length > 0 ? `SELECT * FROM ${readParquet(files.map(({ file }) => file))}` : undefined;
    const from = `(${[none, some].filter((x) => x !== undefined).join(" UNION ALL BY NAME ")})`;
    return { from, fingerprint, files };
  }

  columns(table: string): ColumnInfo[] | undefined {
    const row = this.#db.prepare("SELECT columns FROM tables WHERE name = ?").get(table) as
      | { columns: string }
      | undefined;
    if (row === undefined) return undefined;
    const parts = this.#db.prepare("SELECT DISTINCT columns FROM parts WHERE table_name = ?").all(table) as {
      columns: string;
    }[];
    const byName = new Map<string, ColumnInfo>();
    for (const { columns } of [row, ...parts])
      for (const column of columnsOfRow({ columns })) byName.set(column.name.toUpperCase(), column);
    return [...byName.values()];
  }

  /** Returns the files that hold what `owner`, or everybody, has published in a table, and their columns. */
  published(table: string, owner: string | null): { files: StoredFile[]; columns: ColumnInfo[] } {
    const sql = `SELECT table_name, id, sha256, columns FROM parts WHERE table_name = ?1 AND (?2 IS NULL OR owner = ?2) ORDER BY id`;
    const parts = this.#db.prepare(sql).all(table, owner) as {
      table_name: string;
      id: string;
      sha256: string | null;
      columns: string;
    }[];
    const columns = parts.flatMap((part) => columnsOfRow(part));
    return {
      files: parts.map(({ table_name, id, sha256 }) => ({ file: partFile(this.folder, table_name, id), sha256 })),
      columns: [...new Map(columns.map((column) => [column.name, column])).values()],
    };
  }

  /** Returns the files of all published parts. */
  files(): StoredFile[] {
    const parts = this.#db.prepare("SELECT table_name, id, sha256 FROM parts ORDER BY table_name, id").all() as {
      table_name: string;
      id: string;
      sha256: string | null;
    }[];
    return parts.map(({ table_name, id, sha256 }) => ({ file: partFile(this.folder, table_name, id), sha256 }));
  }

  create(table: string, columns: readonly ColumnInfo[]): boolean {
    checkTableName(table);
    if (this.columns(table) !== undefined) return false;
    checkNotForecasts(table);
    const sql = "INSERT INTO tables (name, imported, columns) VALUES (?, 0, ?) ON CONFLICT DO NOTHING";
    return this.#db.prepare(sql).run(table, JSON.stringify(columns)).changes === 1;
  }

  /**
   * Tells whether an earlier import left a table of this name.
   *
   * @param change - whether such a table may be replaced, or appended to
   * @throws {ManymodelError} `conflict` if not
   */
  checkImport(table: string, change: boolean): boolean {
    checkTableName(table);
    const row = this.#db.prepare("SELECT imported FROM tables WHERE name = ?").get(table) as
      | { imported: number }
      | undefined;
    if (row === undefined) checkNotForecasts(table);
    if (row === undefined || (change && row.imported === 1)) return row !== undefined;
    throw tableExists(table, row.imported === 1);
  }

  /** Makes, in one transaction, a table exactly the imported part, then removes the replaced files. */
  publishImport(table: string, part: TablePart, replace: boolean): void {
    const replaced = transact(this.#db, () => {
      this.checkImport(table, replace);
      this.#db
        .prepare("INSERT INTO tables (name, imported, columns) VALUES (?, 1, '[]') ON CONFLICT DO NOTHING")
        .run(table);
      return this.#replaceParts(table, "import", [part]);
    });
    this.discard(table, replaced);
  }

  /** Returns the files of an imported table, as they are now. */
  importedParts(table: string): (StoredFile & { id: string })[] {
    const sql = "SELECT table_name AS name, id, sha256 FROM parts WHERE table_name = ? ORDER BY rowid";
    const rows = this.#db.prepare(sql).all(table) as { name: string; id: string; sha256: string | null }[];
    return rows.map(({ name, id, sha256 }) => ({ id, file: partFile(this.folder, name, id), sha256 }));
  }

  /**
   * Exchanges, in one transaction, some files of an imported table for others; then removes those exchanged.
   *
   * @throws {ManymodelError} `conflict` if they have been exchanged meanwhile
   */
  exchangeImported(table: string, removed: readonly { id: string }[], added: readonly TablePart[]): void {
    transact(this.#db, () => {
      const remove = this.#db.prepare("DELETE FROM parts WHERE table_name = ? AND id = ?");
      if (removed.some(({ id }) => remove.run(table, id).changes === 0))
        throw new ManymodelError("conflict", `${table} was changed meanwhile; append again`);
      for (const part of added) this.#insertPart(table, "import", part);
    });
    this.discard(table, removed);
  }

  /** Makes, in one transaction, `owner`'s rows of a table exactly these parts, then removes the replaced files. */
  publish(table: string, owner: string, parts: readonly TablePart[]): void {
    const replaced = transact(this.#db, () => this.#replaceParts(table, owner, parts));
    this.discard(table, replaced);
  }

  /** Replaces an owner's parts, inside a transaction; returns those replaced. */
  #replaceParts(table: string, owner: string, parts: readonly TablePart[]): { id: string }[] {
    const replaced = this.#db
      .prepare("DELETE FROM parts WHERE table_name = ? AND owner = ? RETURNING id")
      .all(table, owner) as { id: string }[];
    for (const part of parts) this.#insertPart(table, owner, part);
    return replaced;
  }

  #insertPart(table: string, owner: string, { id, rows, columns, sha256 }: TablePart): void {
    this.#db
      .prepare("INSERT INTO parts (table_name, owner, id, row_count, columns, sha256) VALUES (?, ?, ?, ?, ?, ?)")
      .run(table, owner, id, rows, JSON.stringify(columns), sha256 ?? null);
  }

  discard(table: string, parts: readonly { id: string }[]): void {
    for (const { id } of parts) rmSync(partFile(this.folder, table, id), { force: true });
  }
}

/** Returns a new part's id and file; the file is not visible before `publish`. */
export async function newPart(folder: string, table: string): Promise<{ id: string; file: string }> {
  const id = randomUUID();
  const file = partFile(folder, table, id);
  await makeFolder(path.dirname(file));
  return { id, file };
}

function partFile(folder: string, table: string, id: string): string {
  if (!/^[0-9a-f-]{36}$/.test(id)) throw new ManymodelError("corrupt", `table ${table} has a part called ${show(id)}`);
  return path.join(folder, table.toUpperCase(), `${id}.parquet`);
}

function checkTableName(table: string): void {
  checkName("table name", table, "table");
  if (RESULT_VIEWS.includes(table.toUpperCase()))
    throw new ManymodelError("conflict", `${table} is a view over trained models; choose another table name`);
}
