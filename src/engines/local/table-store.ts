import { createHash, randomUUID } from "node:crypto";
import { existsSync, unlinkSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import type { ColumnInfo, ColumnType } from "../../core/column.ts";
import { ManymodelError } from "../../core/errors.ts";
import { checkName } from "../../core/run.ts";
import type { TablePart } from "../../ports/tables.ts";
import type { Database } from "./database.ts";
import { identifier, readParquet } from "./duck.ts";
import { RESULT_VIEWS } from "./result-views.ts";

const SQL_TYPES: Readonly<Record<ColumnType, string>> = {
  number: "DOUBLE",
  integer: "BIGINT",
  string: "VARCHAR",
  boolean: "BOOLEAN",
  date: "DATE",
  timestamp: "TIMESTAMP",
};

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

  /** What to select a table's rows from, and a fingerprint of them; undefined if there is no such table. */
  find(table: string): { from: string; fingerprint: string } | undefined {
    const row = this.#db.prepare("SELECT name, columns FROM tables WHERE name = ?").get(table) as
      | { name: string; columns: string }
      | undefined;
    if (row === undefined) return undefined;
    const parts = this.#db.prepare("SELECT id FROM parts WHERE table_name = ? ORDER BY id").all(row.name) as {
      id: string;
    }[];
    const fingerprint = createHash("sha256")
      .update(JSON.stringify([row.name, parts.map((part) => part.id)]))
      .digest("hex");
    const columns = (JSON.parse(row.columns) as ColumnInfo[]).map(
      ({ name, type }) => `CAST(NULL AS ${SQL_TYPES[type]}) AS ${identifier(name)}`,
    );
    const none = columns.length > 0 ? `SELECT ${columns.join(", ")} WHERE false` : undefined;
    const files = parts.map((part) => partFile(this.folder, row.name, part.id));
    const some = files.length > 0 ? `SELECT * FROM ${readParquet(files)}` : undefined;
    return { from: `(${[none, some].filter((x) => x !== undefined).join(" UNION ALL BY NAME ")})`, fingerprint };
  }

  create(table: string, columns: readonly ColumnInfo[]): boolean {
    checkName("table name", table, "table");
    if (RESULT_VIEWS.includes(table.toUpperCase()))
      throw new ManymodelError("conflict", `${table} is a view over trained models; choose another table name`);
    const sql = "INSERT INTO tables (name, columns) VALUES (?, ?) ON CONFLICT DO NOTHING";
    return this.#db.prepare(sql).run(table, JSON.stringify(columns)).changes === 1;
  }

  drop(table: string): void {
    this.#db.prepare("DELETE FROM tables WHERE name = ?").run(table);
  }

  /** In one transaction, makes `owner`'s rows of a table exactly these parts; then removes the files replaced. */
  publish(table: string, owner: string, parts: readonly TablePart[]): void {
    let replaced: { id: string }[] = [];
    this.#db
      .transaction(() => {
        replaced = this.#db
          .prepare("DELETE FROM parts WHERE table_name = ? AND owner = ? RETURNING id")
          .all(table, owner) as { id: string }[];
        const insert = this.#db.prepare("INSERT INTO parts (table_name, owner, id, row_count) VALUES (?, ?, ?, ?)");
        for (const part of parts) insert.run(table, owner, part.id, part.rows);
      })
      .immediate();
    for (const { id } of replaced) {
      const file = partFile(this.folder, table, id);
      if (existsSync(file)) unlinkSync(file);
    }
  }
}

/** A new part's id and file; the file is not visible before `publish`. */
export async function newPart(folder: string, table: string): Promise<{ id: string; file: string }> {
  const id = randomUUID();
  const file = partFile(folder, table, id);
  await mkdir(path.dirname(file), { recursive: true });
  return { id, file };
}

function partFile(folder: string, table: string, id: string): string {
  return path.join(folder, table.toUpperCase(), `${id}.parquet`);
}
