import type { ClientBase } from "pg";
import type { KeyType } from "../../core/partition-key.ts";
import { identifier } from "../node/duck.ts";
import { literal } from "./literal.ts";
import { runExclusively } from "./run-exclusively.ts";

/** A view over the rows of committed segments: its columns, and what they are selected from. */
interface ResultView {
  readonly columns: readonly string[];
  from(outcomes: string): string;
}

const VIEWS: Readonly<Record<string, ResultView>> = {
  MODEL_INDEX: {
    columns: ["partition_key", "outcome", "model_kind", "stage_path", "position", "attempt", "data_sha256"],
    from: (outcomes) => outcomes,
  },
  TRAINING_METRICS: {
    columns: ["partition_key", "metric", "value"],
    from: (outcomes) =>
      `(SELECT o.*, m.key AS metric, m.value::double precision AS value
        FROM ${outcomes} AS o, json_each_text(o.metrics) AS m) AS o`,
  },
  TRAINING_RESULTS: {
    columns: [
      ...["partition_key", "outcome", "model_kind", "n_obs", "first_ts", "last_ts", "interval", "fit_ms", "seed"],
      ...["metrics", "forecast", "info", "error_type", "error_message", "attempt"],
    ],
    from: (outcomes) => outcomes,
  },
};

/** The views that every workspace has. */
export const RESULT_VIEWS = Object.keys(VIEWS);

const SQL_TYPES: Readonly<Record<KeyType, string>> = {
  string: "text",
  integer: "bigint",
  double: "double precision",
  decimal: "text",
  boolean: "boolean",
  date: "date",
  timestamp: "timestamp",
};

/** Makes the views of a new schema. */
export async function createViews(client: ClientBase, schema: string): Promise<void> {
  await replaceViews(client, schema, new Map());
}

/** Replaces the views. They keep their columns and get further ones. A column of another type needs a new view. */
export async function replaceViews(
  client: ClientBase,
  schema: string,
  keys: ReadonlyMap<string, KeyType>,
  before: ReadonlyMap<string, KeyType> = new Map(),
): Promise<void> {
  const existing = [...before.keys()].flatMap((name): [string, KeyType][] => {
    const type = keys.get(name);
    return type === undefined ? [] : [[name, type]];
  });
  const order = [...existing, ...[...keys].filter(([name]) => !before.has(name))];
  for (const [name, { columns, from }] of Object.entries(VIEWS)) {
    const view = `${schema}.${name.toLowerCase()}`;
    const viewColumns = ["run_id", ...columns].map((column) => identifier(column));
    const keyColumns = order.map(([key, type]) => {
      const isReserved = key === "run_id" || columns.includes(key);
      return `(keys ->> ${literal(key)})::${SQL_TYPES[type]} AS ${identifier(isReserved ? `key_${key}` : key)}`;
    });
    const select = `SELECT ${[...viewColumns, ...keyColumns].join(", ")} FROM ${from(`${schema}.mm$outcomes`)}`;
    await client.query("SAVEPOINT view");
    try {
      await runExclusively(client, `CREATE OR REPLACE VIEW ${view} AS ${select}`);
    } catch (error) {
      // 42P16: a column would change its type or its place, or go.
      if ((error as { code?: string }).code !== "42P16") throw error;
      await client.query("ROLLBACK TO SAVEPOINT view");
      await runExclusively(client, `DROP VIEW ${view}`, `CREATE VIEW ${view} AS ${select}`);
    }
    await client.query("RELEASE SAVEPOINT view");
  }
}
