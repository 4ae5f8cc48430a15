import type { ColumnInfo, ColumnType } from "../../../core/columns/column.ts";
import { identifier, literal } from "../literal.ts";
import { type Names, OWN } from "../names.ts";
import { OWNER, TABLES } from "./setup.ts";
import { TYPES, unload } from "./tables.ts";

/** Arguments of a function: it can have no integers; times are milliseconds since 1970. */
const ARGUMENTS: Readonly<Record<ColumnType, string>> = {
  number: "DOUBLE",
  integer: "DOUBLE",
  date: "DOUBLE",
  timestamp: "DOUBLE",
  string: "VARCHAR",
  boolean: "BOOLEAN",
};

/** Values that a function returns: integers as their text, times as milliseconds since 1970. */
const RETURNED: Readonly<Record<ColumnType, string>> = { ...ARGUMENTS, integer: "VARCHAR" };

/** The arguments of the function that scores for a partition besides its rows, and their types. */
const GIVEN = [
  ["P", "DOUBLE"],
  ["KIND", "DOUBLE"],
  ["PLAN", "VARCHAR"],
  ["PARTITION_KEY", "VARCHAR"],
  ["MODEL", "VARCHAR"],
  ["LAST_TS", "VARCHAR"],
  ["SERIES_INTERVAL", "VARCHAR"],
  ["SEED", "DOUBLE"],
  ["KNOWN", "VARCHAR"],
  ["KNOWN_STATUS", "VARCHAR"],
] as const;

/** The partition of a row that was scored, and whether the row says no more than that its partition's rows stand. */
const [PARTITION, KEPT] = [identifier(`${OWN}P`), identifier(`${OWN}KEPT`)];

/** The columns that a function which scores reads and writes. */
export interface PredictColumns {
  readonly input: readonly ColumnInfo[];
  /** Null without a table of the future. */
  readonly future: readonly ColumnInfo[] | null;
  readonly output: readonly ColumnInfo[];
}

/** The input of a function that scores: tables of snapshots, by the ends of their names. */
export interface PredictSources extends PredictColumns {
  readonly snapshot: string;
  readonly futureSnapshot: string | null;
  /** The output table, where rows of the last batch may stand. */
  readonly kept: string | null;
}

/** Returns statements that make table functions, named by the hashes of their texts, and run them over partitions of a snapshot. */
export function tableFunctionStatements(names: Names) {
  const functionName = (kind: "FIT" | "PREDICT", sha256: string) =>
    names.of(`${OWN}${kind}_${sha256.slice(0, 16).toUpperCase()}`);
  const snapshotTable = (id: string) => names.of(`${OWN}SNAPSHOT_${id.toUpperCase()}`);
  const scored = (id: string) => names.of(`${OWN}SCORED_${id.toUpperCase()}`);
  const store = names.of(TABLES.modelStore);
  const listed = (prefix: string, columns: readonly ColumnInfo[]) => columns.map((_, c) => `${prefix}${c}`);
  const declared = (prefix: string, columns: readonly ColumnInfo[]) =>
    columns.map(({ type }, c) => `${prefix}${c} ${ARGUMENTS[type]}`);
  const empty = (columns: readonly ColumnInfo[] | null) =>
    (columns ?? []).map(({ type }) => `NULL::${ARGUMENTS[type]}`);
  return {
    create: (sha256: string, columns: readonly ColumnInfo[], body: string) =>
      `CREATE FUNCTION IF NOT EXISTS ${functionName("FIT", sha256)} (${["P DOUBLE", "PARTITION_KEY VARCHAR", ...declared("C", columns)].join(", ")})
      RETURNS TABLE (P DOUBLE, OUTCOME VARCHAR) LANGUAGE JAVASCRIPT AS ${literal(body)}`,
    fit: (sha256: string, table: string, columns: readonly ColumnInfo[]) => {
      const rowColumns = columns.map((_, c) => `, s.C${c}`).join("");
      const passed = columns.map((_, c) => `, r.C${c}`).join("");
      return `SELECT f.P, f.OUTCOME FROM (SELECT s.P, s.R, k.PARTITION_KEY${rowColumns} FROM ${snapshotTable(table)} s
      JOIN (SELECT f.VALUE[0]::NUMBER AS P, f.VALUE[1]::VARCHAR AS PARTITION_KEY FROM TABLE(FLATTEN(INPUT => PARSE_JSON(?))) f) k ON k.P = s.P) r,
      TABLE(${functionName("FIT", sha256)}(r.P::DOUBLE, r.PARTITION_KEY${passed}) OVER (PARTITION BY r.P ORDER BY r.R)) f`;
    },
    stored: `SELECT PARTITION_KEY, MODEL IS NOT NULL, ERROR_TYPE, ERROR_MESSAGE FROM ${store} WHERE RUN_ID = ? AND STAGE_PATH = ? ORDER BY "POSITION"`,
    createPredict: (sha256: string, { input, future, output }: PredictColumns, body: string) => {
      const parameters = GIVEN.map(([name, type]) => `${name} ${type}`);
      const declaration = [...parameters, ...declared("C", input), ...declared("F", future ?? [])];
      const returned = output.map(({ type }, c) => `V${c} ${RETURNED[type]}`);
      return `CREATE FUNCTION IF NOT EXISTS ${functionName("PREDICT", sha256)} (${declaration.join(", ")})
      RETURNS TABLE (P DOUBLE, KEPT BOOLEAN, ${returned.join(", ")}) LANGUAGE JAVASCRIPT AS ${literal(body)}`;
    },
    createScored: (id: string, output: readonly ColumnInfo[]) => {
      const columns = output.map(({ name, type }) => `${identifier(name)} ${TYPES[type]}`);
      return `CREATE TEMPORARY TABLE ${scored(id)} (${PARTITION} NUMBER(10,0), ${KEPT} BOOLEAN, ${columns.join(", ")})`;
    },
    /** Bound: partitions with their keys and their places in the future, the plan, run and segment, and whose rows stand. */
    predict: (sha256: string, id: string, sources: PredictSources) => {
      const { input, future, output, snapshot, futureSnapshot, kept } = sources;
      const standingColumns = kept === null ? ["NULL::VARCHAR", "NULL::VARCHAR"] : ["n.FINGERPRINT", "n.STATUS"];
      const standing =
        kept === null
          ? ""
          : `
        LEFT JOIN (SELECT PARTITION_KEY, FINGERPRINT, STATUS FROM ${names.of(kept)} WHERE ${identifier(OWNER)} = ? AND FINGERPRINT IS NOT NULL) n
        ON n.PARTITION_KEY = k.PARTITION_KEY`;
      const argumentNames = GIVEN.map(([name]) => name);
      const rows = GIVEN.slice(2).map(([, type]) => `NULL::${type}`);
      const models = [
        "?::VARCHAR AS PLAN",
        "k.PARTITION_KEY",
        "m.MODEL",
        "m.LAST_TS",
        'm."INTERVAL" AS SERIES_INTERVAL',
      ];
      const named = (values: readonly string[], prefix: string) =>
        values.map((value, c) => `${value} AS ${prefix}${c}`);
      const branches = [
        `SELECT k.P, 0 AS KIND, 0 AS R, ${[...models, "m.SEED", `${standingColumns[0]} AS KNOWN`, `${standingColumns[1]} AS KNOWN_STATUS`, ...named(empty(input), "C"), ...named(empty(future), "F")].join(", ")}
        FROM k JOIN ${store} m ON m.RUN_ID = ? AND m.STAGE_PATH = ? AND m.PARTITION_KEY = k.PARTITION_KEY${standing}`,
        `SELECT k.P, 1, s.R, ${[...rows, ...listed("s.C", input), ...empty(future)].join(", ")}
        FROM k JOIN ${snapshotTable(snapshot)} s ON s.P = k.P`,
        ...(future === null || futureSnapshot === null
          ? []
          : [
              `SELECT k.P, 2, s.R, ${[...rows, ...empty(input), ...listed("s.C", future)].join(", ")}
        FROM k JOIN ${snapshotTable(futureSnapshot)} s ON s.P = k.F`,
            ]),
      ];
      const passed = [
        ...argumentNames.map((name) =>
          name === "P" || name === "KIND" || name === "SEED" ? `r.${name}::DOUBLE` : `r.${name}`,
        ),
        ...listed("r.C", input),
        ...listed("r.F", future ?? []),
      ];
      return `INSERT INTO ${scored(id)} SELECT ${["f.P::NUMBER(10,0)", "f.KEPT", ...output.map(returnedValue)].join(", ")} FROM (
      WITH k AS (SELECT f.VALUE[0]::NUMBER AS P, f.VALUE[1]::VARCHAR AS PARTITION_KEY, f.VALUE[2]::NUMBER AS F FROM TABLE(FLATTEN(INPUT => PARSE_JSON(?))) f)
      ${branches.join("\n      UNION ALL ")}) r,
      TABLE(${functionName("PREDICT", sha256)}(${passed.join(", ")}) OVER (PARTITION BY r.P ORDER BY r.KIND, r.R)) f`;
    },
    statuses: (id: string) => `SELECT DISTINCT ${PARTITION}, ${KEPT}, STATUS FROM ${scored(id)}`,
    storeScored: (id: string, output: readonly ColumnInfo[], file: string) =>
      unload(
        names,
        file,
        `SELECT ${output.map(({ name }) => identifier(name)).join(", ")} FROM ${scored(id)} WHERE NOT ${KEPT}`,
      ),
    dropScored: (id: string) => `DROP TABLE IF EXISTS ${scored(id)}`,
  };
}

/** Returns a value that a function returned, in the type of the output's column. */
function returnedValue({ type }: ColumnInfo, c: number): string {
  if (type === "integer") return `f.V${c}::NUMBER(38,0)`;
  if (type === "timestamp") return `TO_TIMESTAMP_NTZ(f.V${c}::NUMBER(38,0), 3)`;
  return type === "date" ? `TO_TIMESTAMP_NTZ(f.V${c}::NUMBER(38,0), 3)::DATE` : `f.V${c}`;
}
