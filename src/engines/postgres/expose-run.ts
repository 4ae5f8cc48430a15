import type { ClientBase } from "pg";
import type { PartitionOutcome } from "../../core/artifact.ts";
import type { KeyColumn, KeyType } from "../../core/partition-key.ts";
import { keyText } from "../../core/partition-key.ts";
import { decodeSegment } from "../../core/segment.ts";
import { rowSelector } from "../../core/selection.ts";
import type { ExposedRun } from "../../ports/run-views.ts";
import type { Stage } from "../../ports/stage.ts";
import { identifier } from "../node/duck.ts";
import { BinaryRows, PIECE_BYTES } from "./binary-rows.ts";
import { copyIn } from "./copy.ts";
import type { Database } from "./database.ts";
import { replaceViews } from "./result-views.ts";

/**
 * Copies the rows of a run's committed segments into a table of all runs, one segment after another, in one
 * transaction: all of them are to be seen, or none.
 */
export async function exposeRun(db: Database, stage: Stage, run: ExposedRun): Promise<void> {
  const { schema } = db;
  await db.transaction(
    async (client) => {
      // One run at a time: the views are of all of them.
      await client.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [`manymodel views ${schema}`]);
      await remove(client, schema, run.runId);
      const before = await exposedKeys(client, schema);
      await client.query(`INSERT INTO ${schema}.mm$exposed_runs (run_id, key_columns) VALUES ($1, $2)`, [
        run.runId,
        JSON.stringify(run.keyColumns),
      ]);
      const after = await exposedKeys(client, schema);
      if (JSON.stringify([...before]) !== JSON.stringify([...after])) await replaceViews(client, schema, after, before);
      const names = FIELDS.map(([name]) => identifier(name)).join(", ");
      await copyIn(client, `COPY ${schema}.mm$outcomes (${names}) FROM STDIN (FORMAT binary)`, encodeRun(stage, run));
    },
    { repeatable: true },
  );
}

/** Takes a run out of the views. */
export async function concealRun(db: Database, runId: string): Promise<void> {
  await db.transaction((client) => remove(client, db.schema, runId), { repeatable: true });
}

async function remove(client: ClientBase, schema: string, runId: string): Promise<void> {
  await client.query(`DELETE FROM ${schema}.mm$outcomes WHERE run_id = $1`, [runId]);
  await client.query(`DELETE FROM ${schema}.mm$exposed_runs WHERE run_id = $1`, [runId]);
}

/** Returns the key columns of all exposed runs, in lower case, with their types: text where runs disagree. */
async function exposedKeys(client: ClientBase, schema: string): Promise<Map<string, KeyType>> {
  const { rows } = await client.query(`SELECT DISTINCT key_columns::text AS keys FROM ${schema}.mm$exposed_runs`);
  const types = new Map<string, KeyType>();
  for (const { keys } of rows as { keys: string }[])
    for (const { name, type } of JSON.parse(keys) as KeyColumn[]) {
      const common = types.get(name.toLowerCase()) ?? type;
      types.set(name.toLowerCase(), common === type ? type : "string");
    }
  return new Map([...types].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A row of a segment on its way into the table. */
interface Shown {
  readonly runId: string;
  readonly keyColumns: readonly KeyColumn[];
  readonly path: string;
  readonly row: PartitionOutcome;
}

const text = (rows: BinaryRows, value: string | null) => (value === null ? rows.null() : rows.text(value));

const FIELDS: readonly (readonly [column: string, write: (rows: BinaryRows, source: Shown) => void])[] = [
  ["run_id", (rows, { runId }) => rows.text(runId)],
  ["partition_key", (rows, { row }) => rows.text(row.partitionKey)],
  ["keys", (rows, source) => rows.text(keysJson(source))],
  ["outcome", (rows, { row }) => rows.text(row.outcome)],
  ["model_kind", (rows, { row }) => text(rows, row.modelKind)],
  ["stage_path", (rows, { path }) => rows.text(path)],
  ["position", (rows, { row }) => rows.int4(row.position)],
  ["attempt", (rows, { row }) => rows.int4(row.attempt)],
  ["data_sha256", (rows, { row }) => text(rows, row.dataSha256)],
  ["n_obs", (rows, { row }) => rows.int4(row.nObs)],
  ["first_ts", (rows, { row }) => text(rows, row.firstTs)],
  ["last_ts", (rows, { row }) => text(rows, row.lastTs)],
  ["interval", (rows, { row }) => text(rows, row.interval)],
  ["fit_ms", (rows, { row }) => rows.float8(row.fitMs)],
  ["seed", (rows, { row }) => rows.int8(BigInt(row.seed))],
  ["metrics", (rows, { row }) => text(rows, row.metrics)],
  ["forecast", (rows, { row }) => text(rows, row.forecast)],
  ["info", (rows, { row }) => text(rows, row.info)],
  ["error_type", (rows, { row }) => text(rows, row.errorType)],
  ["error_message", (rows, { row }) => text(rows, row.errorMessage)],
];

/** Yields the rows that count of a run's segments, for a binary copy; one segment is in memory at a time. */
async function* encodeRun(stage: Stage, { runId, keyColumns, segments }: ExposedRun): AsyncGenerator<Uint8Array> {
  const rows = new BinaryRows();
  for (const { path, select } of segments) {
    const isSelected = rowSelector(select);
    const outcomes = await decodeSegment(await stage.get(path), path);
    for (const row of outcomes.filter((_, i) => isSelected(i))) {
      rows.begin(FIELDS.length);
      for (const [, write] of FIELDS) write(rows, { runId, keyColumns, path, row });
      if (rows.length > PIECE_BYTES) yield rows.take();
    }
  }
  yield rows.end();
}

/** Returns a key's values as text by the names of their columns, in lower case. */
function keysJson({ keyColumns, row }: Shown): string {
  const entries = keyColumns.map((column, i): [string, string | null] => {
    const value = row.key[i] ?? null;
    return [column.name.toLowerCase(), value === null ? null : keyText(column, value)];
  });
  return JSON.stringify(Object.fromEntries(entries));
}
