import { createHash } from "node:crypto";
import type { ClientBase } from "pg";
import { type ColumnBatch, type ColumnInfo, type ColumnType, columnsOf } from "../../core/columns/column.ts";
import { checkNotForecasts } from "../../core/current-forecasts.ts";
import { ManymodelError } from "../../core/errors.ts";
import { checkName } from "../../core/run.ts";
import type { TablePart } from "../../ports/output.ts";
import { tableExists } from "../node/append.ts";
import { identifier } from "../node/duck.ts";
import { copyIn } from "./copy.ts";
import type { Database } from "./database.ts";
import { encodeColumns } from "./encode-columns.ts";
import { literal } from "./literal.ts";
import { findDamagedParts, type PartSums, sumHashes } from "./part-checksums.ts";
import { readPublished } from "./published-rows.ts";
import { columnsOf as relationColumns } from "./relation-columns.ts";
import { RESULT_VIEWS } from "./result-views.ts";
import { runExclusively } from "./run-exclusively.ts";

export const SQL_TYPES: Readonly<Record<ColumnType, string>> = {
  number: "double precision",
  integer: "bigint",
  string: "text",
  boolean: "boolean",
  date: "date",
  timestamp: "timestamp",
};

/** A column of a table to be made, with PostgreSQL's type. */
export interface NewColumn {
  readonly name: string;
  readonly sqlType: string;
}

/** The rows of a file, to be imported. */
export interface ImportedRows {
  /** The columns as a model sees them. */
  readonly columns: readonly ColumnInfo[];
  /** The columns as PostgreSQL keeps them. */
  readonly typed: readonly NewColumn[];
  /** The number of rows. */
  readonly rows: number;
  /** Reads the rows as CSV, each value in quotes, NULL without. */
  readonly lines: () => AsyncIterable<Uint8Array>;
}

/** A part whose rows are not those that were written, and of which table. */
export interface DamagedPart {
  readonly table: string;
  readonly id: string;
}

/** The column that says which part a row is of. */
const PART = identifier("mm$part");

/**
 * The workspace's own tables. Each is a table of rows, each row of a part, and a view of those parts that were
 * published. Names are folded to lower case, so that SQL needs no quotes, and remembered as they were spelled.
 */
export class TableStore {
  readonly #db: Database;
  /** Parts whose rows this process has compared with their checksums. */
  readonly #verified = new Set<string>();

  constructor(db: Database) {
    this.#db = db;
  }

  async list(client: ClientBase): Promise<{ name: string; rows: number }[]> {
    const { schema } = this.#db;
    const { rows } = await client.query(
      `SELECT t.spelling AS name, coalesce(sum(p.row_count), 0)::bigint AS rows FROM ${schema}.mm$tables t
       LEFT JOIN ${schema}.mm$parts p ON p.table_name = t.name AND p.owner IS NOT NULL
       GROUP BY t.name, t.spelling ORDER BY t.name`,
    );
    return rows as { name: string; rows: number }[];
  }

  /**
   * Returns the view of a table, its columns' spelling, and a fingerprint of its rows; undefined if there is no such
   * table.
   */
  async find(
    client: ClientBase,
    table: string,
  ): Promise<{ from: string; spelling: ReadonlyMap<string, string>; fingerprint: string } | undefined> {
    const description = await this.#describe(client, table);
    if (description === undefined) return undefined;
    const { name, columns, parts } = description;
    const fingerprint = createHash("sha256")
      .update(JSON.stringify([this.#db.schema, name, parts.map((part) => part.id)]))
      .digest("hex");
    const spelling = new Map(columns.map((column) => [column.name.toLowerCase(), column.name]));
    return { from: this.#view(name), spelling, fingerprint };
  }

  /**
   * Returns a query of a table's rows that were published by one owner, with all columns of the table; undefined
   * without it.
   *
   * @param owner - a query of the owner, of at most one value
   */
  async selectOf(client: ClientBase, table: string, owner: string): Promise<string | undefined> {
    const description = await this.#describe(client, table);
    if (description === undefined) return undefined;
    const columns = (await this.#physical(client, description.name)).map(identifier);
    return `SELECT ${columns.join(", ")} FROM ${this.#rows(description.name)} WHERE ${PART} IN
      (SELECT id FROM ${this.#db.schema}.mm$parts WHERE table_name = ${literal(description.name)} AND owner = (${owner}))`;
  }

  async columns(client: ClientBase, table: string): Promise<ColumnInfo[] | undefined> {
    return (await this.#describe(client, table))?.columns;
  }

  async #describe(client: ClientBase, table: string) {
    const { schema } = this.#db;
    const { rows } = await client.query(
      `SELECT t.name, t.columns, p.id::text AS id, p.columns AS part_columns FROM ${schema}.mm$tables t
       LEFT JOIN ${schema}.mm$parts p ON p.table_name = t.name AND p.owner IS NOT NULL
       WHERE t.name = lower($1) ORDER BY p.id`,
      [table],
    );
    const entries = rows as { name: string; columns: string; id: string | null; part_columns: string | null }[];
    if (entries[0] === undefined) return undefined;
    const byName = new Map<string, ColumnInfo>();
    for (const columns of [entries[0].columns, ...new Set(entries.map((row) => row.part_columns ?? "[]"))])
      for (const column of JSON.parse(columns) as ColumnInfo[]) byName.set(column.name.toLowerCase(), column);
    const parts = entries.flatMap(({ id }) => (id === null ? [] : [{ id }]));
    return { name: entries[0].name, columns: [...byName.values()], parts };
  }

  async create(table: string, columns: readonly ColumnInfo[]): Promise<boolean> {
    checkTableName(table);
    const typed = columns.map(({ name, type }) => ({ name, sqlType: SQL_TYPES[type] }));
    return this.#db.transaction((client) => this.#create(client, table, columns, typed, false), { repeatable: true });
  }

  async #create(
    client: ClientBase,
    table: string,
    columns: readonly ColumnInfo[],
    typed: readonly NewColumn[],
    imported: boolean,
  ): Promise<boolean> {
    const name = table.toLowerCase();
    const { rowCount } = await client.query(
      `INSERT INTO ${this.#db.schema}.mm$tables (name, spelling, imported, columns) VALUES ($1, $2, $3, $4)
       ON CONFLICT DO NOTHING`,
      [name, table, imported, JSON.stringify(columns)],
    );
    if (rowCount === 0) return false;
    checkNotForecasts(table);
    const { rows } = await client.query("SELECT to_regclass($1) IS NOT NULL AS taken", [this.#view(name)]);
    if ((rows[0] as { taken: boolean }).taken)
      throw new ManymodelError(
        "conflict",
        `schema ${this.#db.schema} has a table or view called ${name} that manymodel did not make; choose another name`,
      );
    const defined = typed.map((column) => `, ${identifier(folded(column.name))} ${column.sqlType}`);
    await client.query(`CREATE TABLE ${this.#rows(name)} (${PART} bigint NOT NULL${defined.join("")})`);
    await client.query(`CREATE INDEX ON ${this.#rows(name)} (${PART})`);
    await this.#showColumns(client, name);
    return true;
  }

  /** Makes a table's view have all of its columns. */
  async #showColumns(client: ClientBase, name: string): Promise<void> {
    const { schema } = this.#db;
    const columns = (await this.#physical(client, name)).map(identifier);
    await runExclusively(
      client,
      `CREATE OR REPLACE VIEW ${this.#view(name)} AS SELECT ${columns.join(", ")} FROM ${this.#rows(name)} WHERE ${PART} IN
       (SELECT id FROM ${schema}.mm$parts WHERE table_name = ${literal(name)} AND owner IS NOT NULL)`,
    );
  }

  async #physical(client: ClientBase, name: string): Promise<string[]> {
    const { rows } = await client.query(
      `SELECT attname AS name FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 1 AND NOT attisdropped
       ORDER BY attnum`,
      [this.#rows(name)],
    );
    return (rows as { name: string }[]).map((row) => row.name);
  }

  /** Writes a part that is not published; its rows, and what says that there is one, in one transaction. */
  async write(table: string, batch: ColumnBatch): Promise<TablePart> {
    const columns = columnsOf(batch);
    return this.#db.transaction(
      async (client) => {
        await this.#addColumns(client, table.toLowerCase(), columns);
        const id = await this.#newPart(client, table, batch.length, columns);
        const names = columns.map(({ name }) => `, ${identifier(folded(name))}`).join("");
        const sql = `COPY ${this.#rows(table)} (${PART}${names}) FROM STDIN (FORMAT binary)`;
        await copyIn(client, sql, encodeColumns(BigInt(id), batch));
        await this.#seal(client, table, id);
        return { id, rows: batch.length, columns };
      },
      { repeatable: true },
    );
  }

  async #newPart(client: ClientBase, table: string, rows: number, columns: readonly ColumnInfo[]): Promise<string> {
    const part = await client.query(
      `INSERT INTO ${this.#db.schema}.mm$parts (table_name, row_count, columns) VALUES ($1, $2, $3) RETURNING id::text AS id`,
      [table.toLowerCase(), rows, JSON.stringify(columns)],
    );
    return (part.rows[0] as { id: string }).id;
  }

  /** Returns the columns of a table of rows, but for the one that names the part. New ones come last. */
  async #typed(client: ClientBase, table: string) {
    return (await relationColumns(client, this.#rows(table))).slice(1);
  }

  /** Records the checksum of a part's rows, as they are now. */
  async #seal(client: ClientBase, table: string, id: string): Promise<void> {
    const columns = await this.#typed(client, table);
    await client.query(
      `UPDATE ${this.#db.schema}.mm$parts AS p SET width = $2, h1 = s.h1, h2 = s.h2
       FROM (SELECT ${sumHashes(columns, [1, 2])} FROM ${this.#rows(table)} WHERE ${PART} = $1) AS s WHERE p.id = $1`,
      [id, columns.length],
    );
  }

  /**
   * Compares the parts of tables with their checksums.
   *
   * @param selection - of one table, or of one owner; all when left out
   */
  async findDamage(
    client: ClientBase,
    selection: { readonly table?: string; readonly owner?: string | null; readonly onlyNew?: boolean } = {},
  ): Promise<{ damaged: readonly DamagedPart[]; compared: number; unknown: number }> {
    const { rows } = await client.query(
      `SELECT table_name AS table, width, id::text, row_count::text AS rows, h1
       FROM ${this.#db.schema}.mm$parts WHERE ($1::text IS NULL OR table_name = lower($1))
         AND ($2::text IS NULL OR owner = $2) ORDER BY id`,
      [selection.table, selection.owner],
    );
    const alike = new Map<string, (PartSums & { table: string; width: number })[]>();
    let unknown = 0;
    for (const part of rows as (PartSums & { table: string; width: number | null })[]) {
      const { table, width } = part;
      if (width === null) unknown++;
      else if (selection.onlyNew !== true || !this.#verified.has(part.id)) {
        const name = `${width} ${table}`;
        alike.set(name, [...(alike.get(name) ?? []), { ...part, width }]);
      }
    }
    const damaged: DamagedPart[] = [];
    let compared = 0;
    for (const parts of alike.values()) {
      const { table, width } = parts[0] ?? { table: "", width: 0 };
      const columns = (await this.#typed(client, table)).slice(0, width);
      const damage = await findDamagedParts(client, { from: this.#rows(table), part: PART, columns, parts });
      damaged.push(...damage.map((id) => ({ table, id })));
      for (const { id } of parts) if (!damage.includes(id)) this.#verified.add(id);
      compared += parts.length;
    }
    return { damaged, compared, unknown };
  }

  /**
   * Compares a table's parts with their checksums, each once in a process.
   *
   * @throws {ManymodelError} `corrupt`, naming the first that is not as it was
   */
  async verify(client: ClientBase, table: string, owner: string | null = null): Promise<void> {
    const [first] = (await this.findDamage(client, { table, owner, onlyNew: true })).damaged;
    if (first !== undefined) throw new ManymodelError("corrupt", `${this.describeDamage(first)}; ${REWRITE}`);
  }

  /** Says which part is damaged. */
  describeDamage({ table, id }: DamagedPart): string {
    return `part ${id} of ${this.#rows(table)} was changed after it was written; its checksum differs`;
  }

  /** Adds the columns of a part that its table lacks. Only the table's owner can. */
  async #addColumns(client: ClientBase, name: string, columns: readonly ColumnInfo[]): Promise<void> {
    const missing = async () => {
      const existing = new Set(await this.#physical(client, name));
      return columns.filter((column) => !existing.has(folded(column.name)));
    };
    if ((await missing()).length === 0) return;
    // Whoever adds columns at the same time waits here, before holding anything of the table.
    await client.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [`manymodel ${this.#rows(name)}`]);
    const added = await missing();
    if (added.length === 0) return;
    const clauses = added.map((column) => `ADD COLUMN ${identifier(folded(column.name))} ${SQL_TYPES[column.type]}`);
    await runExclusively(client, `ALTER TABLE ${this.#rows(name)} ${clauses.join(", ")}`);
    await this.#showColumns(client, name);
  }

  /** Makes, in one transaction, `owner`'s rows of a table exactly these parts; then deletes the rows replaced. */
  async publish(table: string, owner: string, parts: readonly TablePart[]): Promise<void> {
    const replaced = await this.#db.transaction((client) => this.#exchange(client, table, owner, parts), {
      repeatable: true,
    });
    await this.discard(table, replaced);
  }

  /** Replaces an owner's parts, inside a transaction; returns those replaced, which nobody owns any more. */
  async #exchange(
    client: ClientBase,
    table: string,
    owner: string,
    parts: readonly { id: string }[],
  ): Promise<{ id: string }[]> {
    const name = table.toLowerCase();
    const ids = parts.map((part) => part.id);
    const { rows } = await client.query(
      `UPDATE ${this.#db.schema}.mm$parts SET owner = NULL
       WHERE table_name = $1 AND owner = $2 AND id <> ALL ($3::bigint[]) RETURNING id::text AS id`,
      [name, owner, ids],
    );
    const { rowCount } = await client.query(
      `UPDATE ${this.#db.schema}.mm$parts SET owner = $2 WHERE table_name = $1 AND id = ANY ($3::bigint[])`,
      [name, owner, ids],
    );
    if (rowCount !== ids.length)
      throw new ManymodelError(
        "conflict",
        `parts of ${table} were deleted before they were published; write them again`,
      );
    return rows as { id: string }[];
  }

  /** Returns some columns of what an owner, or everybody, has published. */
  async published(client: ClientBase, table: string, owner: string | null, names: readonly string[]) {
    const description = await this.#describe(client, table);
    const columns = names.flatMap((name) => description?.columns.find((column) => column.name === name) ?? []);
    const [first] = columns;
    if (description === undefined || first === undefined || columns.length < names.length)
      return { length: 0, columns: {} };
    await this.verify(client, table, owner);
    const owned = owner === null ? "owner IS NOT NULL" : `owner = ${literal(owner)}`;
    const batch = await readPublished(
      client,
      {
        from: this.#rows(description.name),
        part: PART,
        condition: `${identifier(folded(first.name))} IS NOT NULL AND ${PART} IN
          (SELECT id FROM ${this.#db.schema}.mm$parts WHERE table_name = ${literal(description.name)} AND ${owned})`,
      },
      columns.map((column) => ({ ...column, physical: folded(column.name) })),
    );
    return batch.length === 0 ? { length: 0, columns: {} } : batch;
  }

  /** Copies some of an owner's published rows as a part that is not published. */
  async carry(
    table: string,
    owner: string,
    { column, values }: { readonly column: string; readonly values: readonly string[] },
    set: Readonly<Record<string, string>>,
  ): Promise<TablePart> {
    return this.#db.transaction(
      async (client) => {
        await this.verify(client, table, owner);
        const columns = (await this.columns(client, table)) ?? [];
        const names = await this.#physical(client, table.toLowerCase());
        const changed = Object.entries(set).filter(([name]) => names.includes(folded(name)));
        const places = new Map(changed.map(([name], i) => [folded(name), `$${i + 4}::text`]));
        const selected = names.map((name) => places.get(name) ?? identifier(name));
        const id = await this.#newPart(client, table, 0, columns);
        const { rowCount } = await client.query(
          `INSERT INTO ${this.#rows(table)} (${[PART, ...names.map(identifier)].join(", ")})
           SELECT ${[id, ...selected].join(", ")} FROM ${this.#rows(table)}
           WHERE ${identifier(folded(column))} = ANY ($1::text[]) AND ${PART} IN
             (SELECT id FROM ${this.#db.schema}.mm$parts WHERE table_name = $2 AND owner = $3)`,
          [[...values], table.toLowerCase(), owner, ...changed.map(([, value]) => value)],
        );
        await client.query(`UPDATE ${this.#db.schema}.mm$parts SET row_count = $2 WHERE id = $1`, [id, rowCount]);
        await this.#seal(client, table, id);
        return { id, rows: rowCount ?? 0, columns };
      },
      { repeatable: true },
    );
  }

  /** Deletes parts that are not published. */
  async discard(table: string, parts: readonly { id: string }[]): Promise<void> {
    if (parts.length === 0) return;
    const { schema } = this.#db;
    const ids = [parts.map((part) => part.id)];
    await this.#db.run(`DELETE FROM ${this.#rows(table)} WHERE ${PART} = ANY ($1::bigint[])`, ids);
    await this.#db.run(`DELETE FROM ${schema}.mm$parts WHERE id = ANY ($1::bigint[]) AND owner IS NULL`, ids);
  }

  /**
   * Tells whether an earlier import left a table of this name.
   *
   * @param change - whether such a table may be replaced, or appended to
   * @throws {ManymodelError} `conflict` if not
   */
  async checkImport(client: ClientBase, table: string, change: boolean): Promise<boolean> {
    checkTableName(table);
    const { rows } = await client.query(`SELECT imported FROM ${this.#db.schema}.mm$tables WHERE name = lower($1)`, [
      table,
    ]);
    const row = (rows as { imported: boolean }[])[0];
    if (row === undefined) checkNotForecasts(table);
    if (row === undefined || (change && row.imported)) return row !== undefined;
    throw tableExists(table, row.imported);
  }

  /**
   * Adds, in one transaction, rows to an imported table in place of those with the same values in some columns.
   *
   * @param key - the columns; NULL equals NULL
   * @returns how many rows were replaced
   */
  async append(table: string, added: ImportedRows, key: readonly string[]): Promise<number> {
    const name = table.toLowerCase();
    const { schema } = this.#db;
    const of = `(SELECT id FROM ${schema}.mm$parts WHERE table_name = ${literal(name)} AND owner IS NOT NULL)`;
    // NULL equals NULL, by comparisons that a hash can answer.
    const same = key.map((column) => {
      const [old, young] = ["t", "n"].map((alias) => `${alias}.${identifier(folded(column))}`);
      return `(${old} IS NULL) = (${young} IS NULL) AND coalesce(${old}::text, '') = coalesce(${young}::text, '')`;
    });
    return this.#db.transaction(
      async (client) => {
        await client.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [`manymodel ${this.#rows(name)}`]);
        await this.checkImport(client, table, true);
        await this.verify(client, table);
        const id = await this.#copyImported(client, table, added);
        const names = key.map((column) => identifier(folded(column))).join(", ");
        const { rows } = await client.query(
          `WITH gone AS (
             DELETE FROM ${this.#rows(name)} AS t USING (SELECT DISTINCT ${names} FROM ${this.#rows(name)} WHERE ${PART} = ${Number(id)}) AS n
             WHERE t.${PART} IN ${of} AND ${same.join(" AND ")} RETURNING t.${PART} AS part)
           SELECT part::text, count(*)::integer AS rows FROM gone GROUP BY part`,
        );
        const parts = rows as { part: string; rows: number }[];
        for (const { part, rows } of parts) {
          await client.query(`UPDATE ${schema}.mm$parts SET row_count = row_count - $2 WHERE id = $1`, [part, rows]);
          await this.#seal(client, name, part);
        }
        await client.query(`UPDATE ${schema}.mm$parts SET owner = 'import' WHERE id = $1`, [id]);
        return parts.reduce((sum, { rows }) => sum + rows, 0);
      },
      { repeatable: false },
    );
  }

  /** Writes imported rows as a part that is not published; returns its id. */
  async #copyImported(
    client: ClientBase,
    table: string,
    { columns, typed, rows, lines }: ImportedRows,
  ): Promise<string> {
    const id = await this.#newPart(client, table, rows, columns);
    const names = typed.map((column) => identifier(folded(column.name))).join(", ");
    const toPart = `ALTER COLUMN ${PART} SET DEFAULT ${Number(id)}`;
    await runExclusively(client, `ALTER TABLE ${this.#rows(table)} ${toPart}`);
    await copyIn(client, `COPY ${this.#rows(table)} (${names}) FROM STDIN (FORMAT csv, NULL '\\N')`, lines());
    await this.#seal(client, table, id);
    return id;
  }

  /** Makes, in one transaction, a table exactly the imported rows. */
  async import(table: string, imported: ImportedRows, replace: boolean): Promise<void> {
    const name = table.toLowerCase();
    const { columns, typed } = imported;
    await this.#db.transaction(
      async (client) => {
        await this.checkImport(client, table, replace);
        if (!(await this.#create(client, table, columns, typed, true))) {
          await runExclusively(client, `DROP VIEW ${this.#view(name)}`, `DROP TABLE ${this.#rows(name)}`);
          await client.query(`DELETE FROM ${this.#db.schema}.mm$parts WHERE table_name = $1`, [name]);
          await client.query(`DELETE FROM ${this.#db.schema}.mm$tables WHERE name = $1`, [name]);
          await this.#create(client, table, columns, typed, true);
        }
        const id = await this.#copyImported(client, table, imported);
        await this.#exchange(client, table, "import", [{ id }]);
      },
      { repeatable: true },
    );
  }

  #view(table: string): string {
    return `${this.#db.schema}.${identifier(table.toLowerCase())}`;
  }
  #rows(table: string): string {
    return `${this.#db.schema}.${identifier(`${table.toLowerCase()}$rows`)}`;
  }
}

/** The remedy for a damaged part of a table. */
const REWRITE = "import the table again (--replace), or score the batch again, as it was written";

/** Returns the name of a column in the database. PostgreSQL would cut a longer one off. */
export function folded(name: string): string {
  if (Buffer.byteLength(name) > 63)
    throw new ManymodelError(
      "usage",
      `column ${name} has a name of more than 63 bytes, the limit of PostgreSQL; choose a shorter one`,
    );
  return name.toLowerCase();
}

function checkTableName(table: string): void {
  checkName("table name", table, "table");
  if (table.length > 58)
    throw new ManymodelError(
      "usage",
      `table name ${table} has more than 58 letters, the limit on PostgreSQL; choose a shorter one`,
    );
  if (RESULT_VIEWS.includes(table.toUpperCase()))
    throw new ManymodelError("conflict", `${table} is a view over trained models; choose another table name`);
}
