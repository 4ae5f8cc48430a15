import { createHash } from "node:crypto";
import type { ClientBase } from "pg";
import type { ColumnType } from "../../core/columns/column.ts";
import { firstRow } from "../../core/columns/first-row.ts";
import type { EndRule } from "../../core/end-rule.ts";
import { ManymodelError, messageOf } from "../../core/errors.ts";
import { keyTexts, type PartitionKey, parseKey } from "../../core/partition-key.ts";
import { type DataQuery, type NewestValues, type SelectedRows, type Snapshot, selectsRows } from "../../core/run.ts";
import type { PartitionRows, SnapshotTimes } from "../../ports/source.ts";
import { identifier } from "../node/duck.ts";
import { newestRows, refusedValues } from "../node/newest-rows.ts";
import { describeQuery, type ResolvedQuery, resolveQuery, snapshotId, timesOf } from "../node/resolve-query.ts";
import { refusedRows, selectRows } from "../node/select-rows.ts";
import { copyOut } from "./copy.ts";
import type { Database } from "./database.ts";
import { PartitionDecoder } from "./decode-partitions.ts";
import { searchWorkspaceFirst } from "./query.ts";
import { findRelation, type Relation } from "./relation.ts";
import { columnsOf } from "./relation-columns.ts";
import {
  KEY_SQL_TYPES,
  keyExpression,
  orderExpression,
  type RelationColumn,
  VALUE_SQL_TYPES,
  valueExpression,
} from "./relation-sql.ts";
import { damaged, keyDigest, rowDigest, type SnapshotChecks, snapshotTable, sumDigests } from "./snapshot-checksums.ts";
import type { TableStore } from "./table-store.ts";

/** Two processes may take one snapshot at the same time; the slower finds that of the other. */
const MOST_TRIES = 3;

/**
 * Pins a query's rows: sorts the source once, in one consistent view of the database, into a table with one row for
 * each partition: `p` its number, `n` how many rows it has, `k0`… its key, `h` a hash of that, `c0`… an array of values
 * for each column, and `d` a digest of all of these.
 */
export async function takeSnapshot(
  db: Database,
  {
    largest = LARGEST,
    leavesOut: first = false,
    ...parts
  }: { store: TableStore; checks: SnapshotChecks } & Partial<Limit>,
  query: DataQuery,
): Promise<Snapshot> {
  let leavesOut = first;
  for (let tried = 1; ; tried++) {
    try {
      const pinning = { ...parts, schema: db.schema, limit: { largest, leavesOut } };
      return await db.transaction((client) => pin(client, pinning, query), {
        begin: "BEGIN ISOLATION LEVEL REPEATABLE READ",
        repeatable: true,
      });
    } catch (error) {
      const cause = (error as Error).cause as { code?: string; message?: string } | undefined;
      const code = String(cause?.code);
      if (tried < MOST_TRIES && /^(42P07|23505)$/.test(code)) continue;
      if (!leavesOut && (code === "54000" || /^invalid memory alloc request size/.test(cause?.message ?? ""))) {
        leavesOut = true;
        continue;
      }
      // What a value cannot be cast to is for whoever made the query to know.
      if (/^(22|54)/.test(code) && (error as ManymodelError).kind !== "config")
        throw new ManymodelError("input", `cannot read ${query.table}: ${messageOf(error, 300)}`, { cause: error });
      throw error;
    }
  }
}

/** The most bytes of a partition: PostgreSQL holds 1 GB in a value, and sends 1 GB in a row. */
const LARGEST = 1_000_000_000;
/** The most rows of a partition: its arrays grow by doubling up to 1 GB of eight bytes a value. */
const MOST_ROWS = 2 ** 26;

/** The treatment of partitions that are larger than PostgreSQL can hold. */
interface Limit {
  readonly largest: number;
  /** True if they are found before their rows are put together, which takes longer. */
  readonly leavesOut: boolean;
}

/** Says why a partition has no rows that was too large to be pinned. */
const TOO_LARGE = `its rows take more than ${LARGEST / 1e9} GB, or are more than ${MOST_ROWS.toLocaleString("en")}, which is more than PostgreSQL holds of a partition; leave columns out (source.columns), or split it by another key column`;

/** The table of a transaction that holds the rows which the database selected. */
const SELECTED = 'pg_temp."mm$selected"';

/** The table of a transaction that holds the newest values of rows. */
const NEWEST = 'pg_temp."mm$newest"';

/** Selects the newest values of rows into a table of this transaction. */
async function selectNewest(
  client: ClientBase,
  table: string,
  newest: NewestValues,
  rows: Relation,
): Promise<Relation> {
  const columns = rows.columns.map(({ name, physical }) => ({ name, sql: identifier(physical) }));
  const newestOf = (value: string, time: string) =>
    `(array_agg(${value} ORDER BY ${time} DESC NULLS LAST) FILTER (WHERE ${value} IS NOT NULL))[1]`;
  const text = newestRows(newest, table, { from: rows.from, columns, newest: newestOf, identifier });
  await client
    .query({ text: `CREATE TEMPORARY TABLE "mm$newest" ON COMMIT DROP AS ${text}`, queryMode: "extended" } as {
      text: string;
    })
    .catch((error: unknown) => {
      const isRefused = /^(0A|22|42|54|P0)/.test(String((error as { code?: unknown }).code));
      throw isRefused ? refusedValues(newest, messageOf(error, 500), error) : error;
    });
  return { from: NEWEST, columns: await columnsOf(client, NEWEST) };
}

/** Finds the rows of a query: a table's, or those that the database selects into a table of this transaction. */
async function findRows(client: ClientBase, schema: string, store: TableStore, query: DataQuery): Promise<Relation> {
  const { table, select, where } = query;
  if (!selectsRows(query)) return findRelation(client, store, table);
  const relation = select === undefined ? await findRelation(client, store, table) : undefined;
  await searchWorkspaceFirst(client, schema);
  // Of a query and a condition on it, the query alone tells which one is wrong.
  if (select !== undefined && where !== undefined)
    await runSelected(client, { select }, `${selectRows({ select }, "")} LIMIT 0`);
  const rows = selectRows(query, relation?.from ?? "");
  await runSelected(client, query, `CREATE TEMPORARY TABLE "mm$selected" ON COMMIT DROP AS ${rows}`);
  return { from: SELECTED, columns: relation?.columns ?? (await columnsOf(client, SELECTED)) };
}

/** Runs a statement with the operator's SQL in it, of which there can be one only. */
async function runSelected(client: ClientBase, rows: SelectedRows, text: string): Promise<void> {
  await client.query({ text, queryMode: "extended" } as { text: string }).catch((error: unknown) => {
    const isRefused = /^(0A|22|42|54|P0)/.test(String((error as { code?: unknown }).code));
    throw isRefused ? refusedRows(rows, messageOf(error, 500), error) : error;
  });
}

async function pin(
  client: ClientBase,
  { schema, store, checks, limit }: { schema: string; store: TableStore; checks: SnapshotChecks; limit: Limit },
  query: DataQuery,
): Promise<Snapshot> {
  const rows = await findRows(client, schema, store, query);
  const relation = query.newest === undefined ? rows : await selectNewest(client, query.table, query.newest, rows);
  const plan = resolveQuery(relation.columns, query);
  const fingerprint = relation.fingerprint ?? (await contentFingerprint(client, relation, plan));
  const id = snapshotId(fingerprint, plan, query);
  const existing = await client.query(`SELECT record FROM ${schema}.mm$snapshots WHERE id = $1`, [id]);
  const record = (existing.rows[0] as { record: string } | undefined)?.record;
  if (record !== undefined) {
    const snapshot = JSON.parse(record) as Snapshot;
    await checks.verify(client, snapshot, "rows");
    return snapshot;
  }
  // What a query of the operator's own reads is the server's to compare.
  if (query.select === undefined) await store.verify(client, query.table);
  const counts = await writeTable(client, relation, plan, { table: snapshotTable(schema, id), limit });
  const snapshot: Snapshot = { id, fingerprint, query, ...describeQuery(plan), ...counts };
  await client.query(`INSERT INTO ${schema}.mm$snapshots (id, record) VALUES ($1, $2)`, [id, JSON.stringify(snapshot)]);
  return snapshot;
}

/**
 * Returns a fingerprint of the columns that the query reads, for a table that belongs to somebody else. No cheap sign
 * tells whether it has changed, so it is read, but not sorted. The order of its rows does not matter.
 */
async function contentFingerprint(
  client: ClientBase,
  { from }: Relation,
  { keys, columns, order, ended }: ResolvedQuery<RelationColumn>,
): Promise<string> {
  const read = [...new Set([...keys, ...columns, ...order, ...(ended === undefined ? [] : [ended.target])])];
  const row = `ROW(${read.map(orderExpression).join(", ")})`;
  const sums = [1, 2].map((seed) => `coalesce(sum(hash_record_extended(r, ${seed})), 0)::text AS h${seed}`);
  const { rows } = await client.query(
    `SELECT count(*) AS n, ${sums.join(", ")} FROM (SELECT ${row} AS r FROM ${from}) s`,
  );
  const described = read.map(({ physical, sqlType }) => [physical, sqlType]);
  return createHash("sha256")
    .update(JSON.stringify([from, described, rows[0]]))
    .digest("hex");
}

async function writeTable(
  client: ClientBase,
  { from }: Relation,
  { keys, columns, order, ended }: ResolvedQuery<RelationColumn>,
  { table, limit }: { readonly table: string; readonly limit: Limit },
): Promise<Pick<Snapshot, "partitions" | "rows" | "ended" | "sha256">> {
  const k = keys.map((_, i) => `k${i}`);
  const c = columns.map((_, i) => `c${i}`);
  const types = [
    ...(ended === undefined ? [] : ["ended boolean NOT NULL"]),
    ...keys.map(({ keyType }, i) => `k${i} ${KEY_SQL_TYPES[keyType]}`),
    ...columns.map(({ type }, i) => `c${i} ${VALUE_SQL_TYPES[type]}[]`),
  ];
  await client.query(
    `CREATE TABLE ${table} (p integer PRIMARY KEY, n integer NOT NULL, h bigint NOT NULL, d bytea NOT NULL, ${types.join(", ")})`,
  );
  // What is read at once as a whole need not be compressed; texts, which repeat themselves, are.
  const plain = columns.flatMap(({ type }, i) => (type === "string" ? [] : [`ALTER c${i} SET STORAGE EXTERNAL`]));
  if (plain.length > 0) await client.query(`ALTER TABLE ${table} ${plain.join(", ")}`);
  // A group's values come in the order of the sorted rows, as long as nothing but sorting brings groups together.
  await client.query(
    "SET LOCAL enable_hashagg = off; SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL work_mem = '128MB'",
  );
  const selected = [
    ...keys.map((key, i) => `${keyExpression(key)} AS k${i}`),
    ...columns.map((column, i) => `${valueExpression(column)} AS c${i}`),
    ...(ended === undefined ? [] : [`${newestTime(ended)} AS observed`]),
  ];
  // Every column takes part in the order, so that rows that are equal in time come in the same order every time.
  const others = columns.filter((column) => !order.includes(column) && !keys.some((key) => key === column));
  const byKey = k.map((key) => `${key} NULLS FIRST`).join(", ");
  const byRow = [byKey, ...[...order, ...others].map((column) => `${orderExpression(column)} NULLS FIRST`)].join(", ");
  const arrays = columns.map((column, i) => {
    const key = keys.findIndex((key) => key === column && key.keyType === "string");
    // All rows of a partition have the same key: it is stored once, however long it is.
    return `${key < 0 ? `array_agg(c${i})${limit.leavesOut ? " FILTER (WHERE NOT large)" : ""}` : `ARRAY[k${key}]`} AS c${i}`;
  });
  const values = columns.filter((column) => !keys.some((key) => key === column && key.keyType === "string"));
  const texts = values
    .filter(({ type }) => type === "string")
    .map((column) => `octet_length(${valueExpression(column)})`);
  const width = values.reduce((sum, { type }) => sum + WIDTHS[type], 0);
  /** Writes the test for too many rows or bytes, of a group or over a window. */
  const isLarge = (bytesOf: readonly string[], over = "") => {
    const bytes = bytesOf.map((bytes) => ` + coalesce(sum(${bytes})${over}, 0)`).join("");
    return `count(*)${over} > ${MOST_ROWS} OR count(*)${over} * ${width}${bytes} > ${Number(limit.largest)}`;
  };
  const bytes = texts.map((_, i) => `b${i}`);
  const [marks, large] = limit.leavesOut
    ? [[`${isLarge(texts, ` OVER (PARTITION BY ${keys.map(keyExpression).join(", ")})`)} AS large`], "bool_or(large)"]
    : [texts.map((text, i) => `${text} AS b${i}`), isLarge(bytes)];
  const fitting = columns.map(
    ({ type }, i) => `CASE WHEN large THEN '{}'::${VALUE_SQL_TYPES[type]}[] ELSE c${i} END AS c${i}`,
  );
  const [newest, end, isEnded] =
    ended === undefined
      ? [[], [], ""]
      : [
          ["max(observed) AS newest"],
          ["ended"],
          `, coalesce(newest < max(newest) OVER () - ${endsAfter(ended)}, false) AS ended`,
        ];
  const stored = [...end, ...k, ...c].join(", ");
  await client.query(
    `INSERT INTO ${table} (p, n, h, ${stored}, d)
     SELECT *, ${rowDigest(keys.length, columns.length)} FROM (
       SELECT (row_number() OVER (ORDER BY ${[...end, byKey].join(", ")}) - 1)::integer AS p,
         CASE WHEN large THEN 0 ELSE n END AS n,
         hash_record_extended(ROW(${k.join(", ")}), 0) AS h, ${[...end, ...k, ...fitting].join(", ")}
       FROM (SELECT *${isEnded} FROM (SELECT ${[...k, "count(*)::integer AS n", `${large} AS large`, ...newest, ...arrays].join(", ")}
         FROM (SELECT ${[...selected, ...marks].join(", ")} FROM ${from} ORDER BY ${byRow}) AS s
         GROUP BY ${k.join(", ")} ORDER BY ${byKey}) AS g) AS e) AS r`,
  );
  await client.query(`CREATE INDEX ON ${table} (h)`);
  await client.query(`ANALYZE ${table} (p, n, h)`);
  const used = ended === undefined ? "" : " FILTER (WHERE NOT ended)";
  const counted = `SELECT (count(*)${used})::integer AS partitions, (coalesce(sum(n)${used}, 0))::bigint AS rows${ended === undefined ? "" : ", (count(*) FILTER (WHERE ended))::integer AS ended"} FROM ${table}`;
  const counts = await client.query<Pick<Snapshot, "partitions" | "rows" | "ended">>(counted);
  const sha256 = {
    keys: await sumDigests(client, table, keyDigest(keys.length)),
    data: await sumDigests(client, table, "d"),
  };
  return { ...firstRow(counts.rows, counted), sha256 };
}

/** Returns the time of a row that has a target; NULL of any other. */
function newestTime({ time, target }: EndRule<RelationColumn>): string {
  const isObserved = `${identifier(target.physical)}::text NOT IN ('NaN', 'Infinity', '-Infinity')`;
  return `CASE WHEN ${isObserved} THEN ${valueExpression(time)}::timestamp END`;
}

const endsAfter = ({ withinMs }: EndRule<RelationColumn>) => `make_interval(secs => ${Number(withinMs) / 1000})`;

/** Bytes of a value as it is sent, with its length; of a text those beside its own, with padding. */
const WIDTHS: Readonly<Record<ColumnType, number>> = {
  number: 12,
  integer: 12,
  string: 7,
  boolean: 5,
  date: 8,
  timestamp: 12,
};

/** Returns the keys of the partitions `[from, to)`. */
export async function snapshotKeys(
  db: Database,
  snapshot: Snapshot,
  from: number,
  to: number,
): Promise<PartitionKey[]> {
  const texts = snapshot.keyColumns.map((_, i) => `k${i}::text AS k${i}`);
  const { rows } = await db.run<Record<string, string | null>>(
    `SELECT ${texts.join(", ")} FROM ${snapshotTable(db.schema, snapshot.id)} WHERE p >= $1 AND p < $2 ORDER BY p`,
    [from, to],
  );
  return rows.map((row) => parseKey(snapshot.keyColumns, Object.values(row)));
}

/** Returns the times of a snapshot (see `Source.times`). */
export async function snapshotTimes(db: Database, snapshot: Snapshot): Promise<SnapshotTimes> {
  const { time, target } = timesOf(snapshot);
  const type = snapshot.columns[time]?.type;
  const value = type === "date" || type === "timestamp" ? "(extract(epoch FROM t) * 1000)::float8" : "t::float8";
  const each = `${snapshotTable(db.schema, snapshot.id)}, unnest(c${time}, c${target}) AS u (t, y) WHERE p < ${Number(snapshot.partitions)} AND t IS NOT NULL`;
  const { rows } = await db.run<{ t: number }>(
    `SELECT DISTINCT ${value} AS t FROM ${each} AND y IS NOT NULL AND y::text NOT IN ('NaN', 'Infinity', '-Infinity') ORDER BY t`,
  );
  const newest = rows.at(-1)?.t ?? "-Infinity";
  const counted = await db.run<{ later: number; repeated: number }>(
    `SELECT (count(*) FILTER (WHERE later))::integer AS later,
       (count(*) FILTER (WHERE NOT later) - count(DISTINCT (p, t)) FILTER (WHERE NOT later))::integer AS repeated
     FROM (SELECT p, t, ${value} > $1::float8 AS later FROM ${each}) AS s`,
    [newest],
  );
  const { later, repeated } = counted.rows[0] ?? { later: 0, repeated: 0 };
  return { observed: Float64Array.from(rows, ({ t }) => t), later, repeated };
}

/** Returns for each key its partition's number, or -1. */
export async function locateKeys(db: Database, snapshot: Snapshot, keys: readonly PartitionKey[]): Promise<Int32Array> {
  const ordinals = new Int32Array(keys.length).fill(-1);
  const { keyColumns } = snapshot;
  const texts = keyTexts(keyColumns, keys);
  const parameters = keyColumns.map((_, c) => `$${c + 1}::text[]`).join(", ");
  const typed = keyColumns.map(({ type }, c) => `(t${c}::${KEY_SQL_TYPES[type]})`);
  const same = typed.map((value, c) => `s.k${c} IS NOT DISTINCT FROM ${value}`);
  const { rows } = await db.run<{ i: number; p: number }>(
    `SELECT i, p FROM unnest(${parameters}) WITH ORDINALITY AS a (${keyColumns.map((_, c) => `t${c}`).join(", ")}, i)
     JOIN ${snapshotTable(db.schema, snapshot.id)} AS s ON s.h = hash_record_extended(ROW(${typed.join(", ")}), 0)
       AND ${same.join(" AND ")}`,
    texts,
  );
  for (const { i, p } of rows) ordinals[i - 1] = p;
  return ordinals;
}

/** Returns all rows of partitions, in one binary copy. */
export async function readPartitions(
  db: Database,
  snapshot: Snapshot,
  ordinals: readonly number[],
): Promise<PartitionRows> {
  const existing = ordinals.filter((ordinal) => ordinal >= 0).map(Number);
  if (existing.length === 0) return new PartitionDecoder(snapshot.columns).rows(ordinals);
  // A row that is not as it was written counts as one that is not there.
  const intact =
    snapshot.sha256 === undefined ? "" : ` AND d = ${rowDigest(snapshot.keyColumns.length, snapshot.columns.length)}`;
  const contiguous = existing.every((ordinal, i) => ordinal - i === existing[0]);
  const condition = contiguous
    ? `p BETWEEN ${existing[0]} AND ${existing.at(-1)}`
    : `p = ANY ('{${existing.join(",")}}'::integer[])`;
  const names = ["p", "n", ...snapshot.columns.map((_, i) => `c${i}`)].join(", ");
  const sql = `COPY (SELECT ${names} FROM ${snapshotTable(db.schema, snapshot.id)} WHERE ${condition}${intact}) TO STDOUT (FORMAT binary)`;
  return db.session(async (client) => {
    const decoder = new PartitionDecoder(snapshot.columns);
    await copyOut(client, sql, (message) => decoder.take(message));
    if (!decoder.has(existing)) throw damaged(db.schema, snapshot.id);
    const refused = ordinals.flatMap((ordinal, i) => (decoder.isEmpty(ordinal) ? [[i, TOO_LARGE] as const] : []));
    return { ...decoder.rows(ordinals), ...(refused.length > 0 && { refused: new Map(refused) }) };
  });
}
