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
 * Sums of 64-bit hashes over rows, as an expression `h1` or `h2` for each seed: they do not depend on the order of the
 * rows, which no table has. They tell of damage, not of intent.
 */
export function sumHashes(columns: readonly TypedColumn[], seeds: readonly (1 | 2)[]): string {
  const row = `ROW(${columns.map(hashable).join(", ")})`;
  return seeds.map((seed) => `coalesce(sum(hash_record_extended(${row}, ${seed})), 0) AS h${seed}`).join(", ");
}

/** Parts that have the same columns, and what is known of each. */
export interface PartsAlike {
  /** The table of rows, and its column that names the part. */
  readonly from: string;
  readonly part: string;
  readonly columns: readonly TypedColumn[];
  readonly parts: readonly PartSums[];
}

/** The number of a part's rows, and the sum of their first hashes as decimal text. */
export interface PartSums {
  readonly id: string;
  readonly rows: string;
  readonly h1: string;
}

/**
 * Returns the ids of parts whose rows are not those that were written. One hash of the two is computed: it takes as
 * long as reading the rows several times, and misses damage once in 2^64 times.
 */
export async function findDamagedParts(
  client: ClientBase,
  { from, part, columns, parts }: PartsAlike,
): Promise<readonly string[]> {
  const { rows } = await client.query(
    `SELECT ${part}::text AS id, count(*)::text AS rows, ${sumHashes(columns, [1])} FROM ${from}
     WHERE ${part} = ANY ($1::bigint[]) GROUP BY ${part}`,
    [parts.map(({ id }) => id)],
  );
  const byId = new Map((rows as PartSums[]).map((sums) => [sums.id, sums]));
  const none = { rows: "0", h1: "0" };
  return parts.flatMap(({ id, ...written }) => {
    const sums = byId.get(id) ?? none;
    return sums.rows === written.rows && sums.h1 === written.h1 ? [] : [id];
  });
}
