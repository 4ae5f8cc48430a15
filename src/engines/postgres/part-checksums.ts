import type { ClientBase } from "pg";
import { identifier } from "../node/duck.ts";

/** A column of a table of ours, with PostgreSQL's type. */
interface TypedColumn {
  readonly physical: string;
  readonly sqlType: string;
}

/** Types whose hash differs wherever a value does; of all others the bytes or the text are hashed. */
const HASHED = new Set([
  ...["boolean", "smallint", "integer", "bigint", "date", "text", "uuid", "bytea"],
  ...["timestamp without time zone", "timestamp with time zone"],
]);

function hashable({ physical, sqlType }: TypedColumn): string {
  const column = identifier(physical);
  // 0 and -0 have one hash.
  if (sqlType === "double precision") return `float8send(${column})`;
  if (sqlType === "real") return `float4send(${column})`;
  return HASHED.has(sqlType) ? column : `${column}::text`;
}

/**
 * Two sums of 64-bit hashes over rows, as expressions `h1` and `h2`: they do not depend on the order of the rows, which no
 * table has. They tell of damage, not of intent.
 */
export function sumHashes(columns: readonly TypedColumn[]): string {
  const row = `ROW(${columns.map(hashable).join(", ")})`;
  return [1, 2].map((n) => `coalesce(sum(hash_record_extended(${row}, ${n})::numeric), 0) AS h${n}`).join(", ");
}

/** Parts that have the same columns, and what is known of each. */
export interface PartsAlike {
  /** The table of rows, and its column that names the part. */
  readonly from: string;
  readonly part: string;
  readonly columns: readonly TypedColumn[];
  readonly parts: readonly PartSums[];
}

/** The number of a part's rows, and the sums of their hashes as decimal texts. */
export interface PartSums {
  readonly id: string;
  readonly rows: string;
  readonly h1: string;
  readonly h2: string;
}

/** The ids of parts whose rows are not those that were written. */
export async function findDamagedParts(
  client: ClientBase,
  { from, part, columns, parts }: PartsAlike,
): Promise<readonly string[]> {
  const { rows } = await client.query(
    `SELECT ${part}::text AS id, count(*)::text AS rows, ${sumHashes(columns)} FROM ${from}
     WHERE ${part} = ANY ($1::bigint[]) GROUP BY ${part}`,
    [parts.map(({ id }) => id)],
  );
  const found = new Map((rows as PartSums[]).map((sums) => [sums.id, sums]));
  const none = { rows: "0", h1: "0", h2: "0" };
  return parts.flatMap(({ id, ...written }) => {
    const sums = found.get(id) ?? none;
    return sums.rows === written.rows && sums.h1 === written.h1 && sums.h2 === written.h2 ? [] : [id];
  });
}
