import type { ClientBase } from "pg";
import { firstRow } from "../../core/columns/first-row.ts";
import { ManymodelError } from "../../core/errors.ts";
import type { Snapshot } from "../../core/run.ts";

/** Returns the table that holds a snapshot. */
export function snapshotTable(schema: string, id: string): string {
  if (!/^[0-9a-f]{24}$/.test(id)) throw new ManymodelError("corrupt", `there is no snapshot ${id}`);
  return `${schema}.mm$snapshot_${id}`;
}

const numbered = (letter: string, count: number) => Array.from({ length: count }, (_, i) => `${letter}${i}`);

/** Returns the SHA-256 of what a row of a snapshot says of its partition but for its values, as an expression. */
export function keyDigest(keys: number): string {
  return `sha256(record_send(ROW(${["p", "n", "h", ...numbered("k", keys)].join(", ")})))`;
}

/**
 * Returns the SHA-256 of a row of a snapshot, as an expression. Arrays are hashed apart: together they may have more
 * than 1 GB.
 */
export function rowDigest(keys: number, columns: number): string {
  const arrays = numbered("c", columns).map((column) => `sha256(array_send(${column}))`);
  return `sha256(${[keyDigest(keys), ...arrays].join(" || ")})`;
}

/** Rows whose digests are hashed together: more than 1 GB of digests would not fit a value. */
const AT_ONCE = 65_536;

/** Returns the SHA-256, in hexadecimal, of the digests of all rows of a snapshot in the order of their partitions. */
export async function sumDigests(client: ClientBase, table: string, digest: string): Promise<string> {
  const sql = `SELECT encode(sha256(coalesce(string_agg(d, ''::bytea ORDER BY g), ''::bytea)), 'hex') AS sum
    FROM (SELECT p / ${AT_ONCE} AS g, sha256(string_agg(${digest}, ''::bytea ORDER BY p)) AS d FROM ${table} GROUP BY 1) AS s`;
  return firstRow((await client.query<{ sum: string }>(sql)).rows, sql).sum;
}

/** Says that a snapshot was changed, and what to do. */
export function describeDamage(schema: string, id: string): string {
  return `${snapshotTable(schema, id)} was changed after it was written; its checksum differs`;
}

/** Returns the error for a snapshot that was changed. */
export function damaged(schema: string, id: string): ManymodelError {
  const remedy = `DROP TABLE ${snapshotTable(schema, id)}; DELETE FROM ${schema}.mm$snapshots WHERE id = '${id}'`;
  return new ManymodelError("corrupt", `${describeDamage(schema, id)}; ${remedy}; and train again`);
}

/** The extent of a comparison: the keys of a snapshot, or all of its rows, keys included. */
type Extent = "keys" | "rows";

/** Compares snapshots with their checksums, each once in a process. */
export class SnapshotChecks {
  readonly #schema: string;
  readonly #verified = new Set<string>();

  constructor(schema: string) {
    this.#schema = schema;
  }

  /** Tells whether a snapshot's rows differ from those that were written; false if it has no checksum. */
  async isDamaged(client: ClientBase, snapshot: Snapshot, extent: Extent): Promise<boolean> {
    const { id, sha256, keyColumns, columns } = snapshot;
    if (sha256 === undefined) return false;
    const table = snapshotTable(this.#schema, id);
    const keys = keyDigest(keyColumns.length);
    if ((await sumDigests(client, table, keys)) !== sha256.keys) return true;
    if (extent === "keys") return false;
    // A digest that is not its row's is left out.
    const intact = `CASE WHEN d = ${rowDigest(keyColumns.length, columns.length)} THEN d END`;
    return (await sumDigests(client, table, intact)) !== sha256.data;
  }

  /** @throws {ManymodelError} `corrupt` if a snapshot was changed */
  async verify(client: ClientBase, snapshot: Snapshot, extent: Extent): Promise<void> {
    const names = extent === "rows" ? ["rows"] : ["rows", "keys"];
    if (names.some((name) => this.#verified.has(`${name} ${snapshot.id}`))) return;
    if (await this.isDamaged(client, snapshot, extent)) throw damaged(this.#schema, snapshot.id);
    this.#verified.add(`${extent} ${snapshot.id}`);
  }
}
