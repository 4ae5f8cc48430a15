import type { ColumnBatch, ColumnInfo } from "../core/columns/column.ts";

/** One written but not yet visible piece of a table. */
export interface TablePart {
  readonly id: string;
  readonly rows: number;
  readonly columns: readonly ColumnInfo[];
  /** The SHA-256 of its file, in hexadecimal, if the engine writes files of its own. */
  readonly sha256?: string;
}

/** Writes tables of results in parts, which their owner publishes in one step. Every engine passes `src/contract/output.ts`. */
export interface Output {
  /**
   * Creates an empty table unless one of that name exists, which stays untouched. Returns true if it created the table.
   */
  create(table: string, columns: readonly ColumnInfo[]): Promise<boolean>;
  /** Writes rows as a part of a table, not visible until published. Any process may call it. */
  write(table: string, batch: ColumnBatch): Promise<TablePart>;
  /** Replaces `owner`'s rows in `table` by these parts, in one step. The rows of other owners stay. */
  publish(table: string, owner: string, parts: readonly TablePart[]): Promise<void>;
  /**
   * Returns columns of the published rows that have a value in the first of these columns, with integers as numbers. No
   * rows and no columns if the table or one of the columns is missing.
   *
   * @param owner - whose rows; null: everybody's
   */
  published(table: string, owner: string | null, columns: readonly string[]): Promise<ColumnBatch>;
  /**
   * Writes the rows that `owner` has published with one of `values` in the text column `column` as another part, not
   * visible until published.
   *
   * @param set - text columns that have another value in the copy
   */
  carry(
    table: string,
    owner: string,
    rows: { readonly column: string; readonly values: readonly string[] },
    set: Readonly<Record<string, string>>,
  ): Promise<TablePart>;
  /** Deletes parts that are not to be published. */
  discard(table: string, parts: readonly TablePart[]): Promise<void>;
}
