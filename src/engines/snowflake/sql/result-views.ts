import { createHash } from "node:crypto";
import type { ColumnInfo } from "../../../core/columns/column.ts";
import { BATCH_RUNS, type CurrentForecasts, FORECASTS } from "../../../core/current-forecasts.ts";
import type { KeyType } from "../../../core/partition-key.ts";
import { currentOwner, meantVersion } from "../../node/current-batch.ts";
import { withFinalForecast } from "../../node/final-forecast.ts";
import { identifier, literal } from "../literal.ts";
import type { Names } from "../names.ts";
import { OWNER, TABLES } from "./setup.ts";

/** Columns of the result views, after the run's id and before the partition's own key columns. */
const VIEWS: Readonly<Record<string, { readonly columns: readonly string[]; readonly from?: string }>> = {
  MODEL_INDEX: {
    columns: ["PARTITION_KEY", "OUTCOME", "MODEL_KIND", "STAGE_PATH", "POSITION", "ATTEMPT", "DATA_SHA256"],
  },
  TRAINING_METRICS: {
    columns: ["PARTITION_KEY", "f.KEY AS METRIC", 'f.VALUE::DOUBLE AS "VALUE"'],
    from: ", LATERAL FLATTEN(INPUT => PARSE_JSON(m.METRICS)) f",
  },
  TRAINING_RESULTS: {
    columns: [
      ...["PARTITION_KEY", "OUTCOME", "MODEL_KIND", "N_OBS", "FIRST_TS", "LAST_TS", '"INTERVAL"', "FIT_MS", "SEED"],
      ...["METRICS", "FORECAST", "INFO", "ERROR_TYPE", "ERROR_MESSAGE", "ATTEMPT"],
    ],
  },
};

/** The views that every workspace has. */
export const RESULT_VIEWS = Object.keys(VIEWS);

/** A column of the model store that holds key columns of one name and type. */
export interface StoredKey {
  readonly name: string;
  readonly type: KeyType;
}

/** Types of stored keys; decimals are text, so that they are exact. */
export const KEY_TYPES: Readonly<Record<KeyType, string>> = {
  string: "VARCHAR",
  integer: "NUMBER",
  double: "DOUBLE",
  decimal: "VARCHAR",
  boolean: "BOOLEAN",
  date: "DATE",
  timestamp: "TIMESTAMP_NTZ",
};

/** Returns the column that stores a key: no column of this package's own has a space in its name. */
export const storedAs = ({ name, type }: StoredKey) => `KEY ${type} ${name}`;

/** Returns the key that a column of the model store holds; undefined for the others. */
export function storedKey(column: string): StoredKey | undefined {
  const [, type, name] = /^KEY (\w+) (.*)$/s.exec(column) ?? [];
  return type === undefined || name === undefined ? undefined : { type: type as KeyType, name };
}

/** Returns the views, with the key columns of all runs; as text where runs disagree on the type. */
export function viewStatements(names: Names, keys?: readonly StoredKey[]): string[] {
  const byName = new Map<string, StoredKey[]>();
  for (const key of keys ?? []) byName.set(key.name, [...(byName.get(key.name) ?? []), key]);
  return Object.entries(VIEWS).map(([view, { columns, from = "" }]) => {
    const reserved = new Set(["RUN_ID", ...columns.map((column) => column.replace(/^.* AS /, "").replaceAll('"', ""))]);
    const keyColumns = [...byName].map(([name, same]) => {
      const stored = same.map((key) => `m.${identifier(storedAs(key))}`);
      const value = stored.length === 1 ? stored[0] : `COALESCE(${stored.map((one) => `${one}::VARCHAR`).join(", ")})`;
      return `${value} AS ${identifier(reserved.has(name) ? `KEY_${name}` : name)}`;
    });
    const listed = ["RUN_ID", ...columns].map((column) => (/^(f\.|")/.test(column) ? column : `m.${column}`));
    const create = keys === undefined ? ["CREATE VIEW IF NOT EXISTS", ""] : ["CREATE OR REPLACE VIEW", " COPY GRANTS"];
    return `${create[0]} ${names.of(view)}${create[1]} AS SELECT ${[...listed, ...keyColumns].join(", ")}
  FROM ${names.of(TABLES.modelStore)} m${from}`;
  });
}

const MARK = { app: "manymodel", view: FORECASTS };

/** Tells whether a comment is that of the view of current forecasts, whatever the view shows. */
export function isForecastsComment(comment: unknown): boolean {
  return String(comment).startsWith(JSON.stringify(MARK).slice(0, -1));
}

/**
 * Returns the view of the forecasts that count now: those rows of a table that the owner of the newest batch has published. Its
 * comment tells which query it shows.
 */
export function forecastsView(
  names: Names,
  current: CurrentForecasts,
  table: {
    readonly from: string;
    readonly columns: readonly ColumnInfo[];
    readonly hasBatches: boolean;
    /** The table of overrides, where there is one. */
    readonly overrides: string | undefined;
  },
): { readonly comment: string; readonly statement: string } {
  const registry = {
    aliases: names.of(TABLES.aliases),
    versions: names.of(TABLES.versions),
    newestFirst: "CREATED_AT DESC, RECORDED_AT DESC",
    literal,
  };
  const owner = currentOwner(current, `(${meantVersion(current, registry)})`, {
    batches: names.of(BATCH_RUNS),
    literal,
    ownerOf: (columns) => `SHA2(TO_JSON(ARRAY_CONSTRUCT(${columns.join(", ")})), 256)`,
  });
  const rows = `(SELECT * FROM ${table.from} WHERE ${identifier(OWNER)} = (${table.hasBatches ? owner : "SELECT NULL::VARCHAR"}))`;
  const { overrides: from } = table;
  const final = { from, time: current.time, column: identifier, now: "SYSDATE()" };
  const query = withFinalForecast(rows, table.columns, final);
  const comment = JSON.stringify({ ...MARK, sha256: createHash("sha256").update(query).digest("hex") });
  const view = `CREATE OR REPLACE VIEW ${names.of(FORECASTS)} COPY GRANTS COMMENT = ${literal(comment)}`;
  return { comment, statement: `${view} AS ${query}` };
}

/** A key column on its way from a segment into the model store. */
export interface ExposedKey extends StoredKey {
  /** Its column in the segment. */
  readonly field: string;
}
