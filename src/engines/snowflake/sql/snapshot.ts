import type { ColumnInfo } from "../../../core/columns/column.ts";
import type { KeyColumn } from "../../../core/partition-key.ts";
import { identifier, integer, literal } from "../literal.ts";
import { type Names, OWN } from "../names.ts";

/** The selection of a snapshot: keys, the columns to read, and the order of a partition's rows. */
export interface Selected {
  /** The source by its full, quoted name. */
  readonly from: string;
  readonly keys: readonly KeyColumn[];
  readonly columns: readonly ColumnInfo[];
  readonly order: readonly string[];
  /** The columns of times and targets by which a series has ended, and after how many milliseconds. */
  readonly ended?: { readonly time: ColumnInfo; readonly target: ColumnInfo; readonly withinMs: number };
}

/**
 * Returns statements that pin a query's rows: one statement reads the source, as it is at one point in time, and numbers its
 * partitions in the order of their keys; two more write what it read to the stage as Parquet, which keeps every number to
 * the bit, as results of queries need not.
 */
export function snapshotStatements(names: Names) {
  const table = (id: string) => names.of(`${OWN}SNAPSHOT_${id.toUpperCase()}`);
  return {
    /**
     * Returns a query of what the role sees of a source now, as one number of 64 bits, and of the number of rows: no
     * other statement sees that a view was replaced or depends on the date, or that a policy was changed, none of which
     * is DML.
     */
    content: ({ from, keys, columns, order, ended }: Selected) => {
      const named = [...keys, ...columns, ...(ended === undefined ? [] : [ended.target])].map(({ name }) => name);
      const read = [...new Set(named.concat(order))].map(identifier);
      return `SELECT COUNT(*), HASH_AGG(${read.join(", ")})::VARCHAR FROM ${from}`;
    },
    changeToken: (from: string) => `SELECT SYSTEM$LAST_CHANGE_COMMIT_TIME(${literal(from)})`,
    /** Selects the rows of a source by the operator's SQL, into a table of this session. */
    select: (id: string, query: string) => `CREATE TEMPORARY TABLE ${names.of(selectedTable(id))} AS ${query}`,
    dropSelected: (id: string) => `DROP TABLE IF EXISTS ${names.of(selectedTable(id))}`,
    pin: (id: string, { from, keys, columns, order, ended }: Selected) => {
      const sorted = keys.map(({ name }, i) => `${identifier(name)} AS S${i}`);
      const stored = keys.map((key, i) => `${keyExpression(key)} AS K${i}`);
      const values = columns.map((column, i) => `${valueExpression(column)} AS C${i}`);
      const ordered = order.map((name, i) => `${identifier(name)} AS O${i}`);
      const list = (prefix: string, n: number) => Array.from({ length: n }, (_, i) => `${prefix}${i}`);
      const groups = list("S", keys.length);
      const observed =
        ended === undefined
          ? []
          : [`IFF(${identifier(ended.target.name)} IS NOT NULL, ${valueExpression(ended.time)}, NULL) AS OBSERVED`];
      const selected = `SELECT ${[...sorted, ...stored, ...values, ...ordered, ...observed].join(", ")} FROM ${from}`;
      const isEnded =
        ended === undefined
          ? ""
          : `COALESCE(MAX(OBSERVED) OVER (PARTITION BY ${groups.join(", ")}) < MAX(OBSERVED) OVER () - ${integer(ended.withinMs)}, FALSE) AS ENDED`;
      const [byEnd, end] = ended === undefined ? ["", ""] : ["ENDED, ", ", ENDED"];
      const nullsFirst = (list: readonly string[]) => list.map((name) => `${name} NULLS FIRST`).join(", ");
      // Every column takes part in the order, so that rows that are equal in time come in the same order every time.
      const within = [...list("O", order.length), ...list("C", columns.length), ...groups];
      const pinnedColumns = [...list("K", keys.length), ...list("C", columns.length)].join(", ");
      return `CREATE TRANSIENT TABLE ${table(id)} AS
      SELECT (DENSE_RANK() OVER (ORDER BY ${byEnd}${nullsFirst(groups)}) - 1)::NUMBER(10,0) AS P,
        (ROW_NUMBER() OVER (PARTITION BY ${groups.join(", ")} ORDER BY ${nullsFirst(within)}) - 1)::NUMBER(10,0) AS R, ${pinnedColumns}${end}
      FROM (${ended === undefined ? selected : `SELECT *, ${isEnded} FROM (${selected})`})
      ORDER BY P, R`;
    },
    times: (id: string, partitions: number, time: number, target: number) =>
      `SELECT DISTINCT C${integer(time)} FROM ${table(id)} WHERE P < ${integer(partitions)} AND C${integer(time)} IS NOT NULL AND C${integer(target)} IS NOT NULL ORDER BY 1`,
    /** Counts the rows that are later than a time, and those of the others that repeat a time of their partition. */
    counts: (id: string, partitions: number, time: number) =>
      `SELECT COALESCE(SUM(IFF(IS_LATER, N, 0)), 0), COALESCE(SUM(IFF(IS_LATER, 0, N - 1)), 0)
      FROM (SELECT COUNT(*) AS N, C${integer(time)} > ?::DOUBLE AS IS_LATER FROM ${table(id)} WHERE P < ${integer(partitions)} AND C${integer(time)} IS NOT NULL GROUP BY P, C${integer(time)})`,
    count: (id: string) => `SELECT COUNT(*), COALESCE(MAX(P) + 1, 0) FROM ${table(id)}`,
    /** Rows and partitions that are used, and partitions that have ended. */
    countByEnd: (id: string) =>
      `SELECT COUNT_IF(NOT ENDED), COUNT(DISTINCT IFF(ENDED, NULL, P)), COUNT(DISTINCT IFF(ENDED, P, NULL)) FROM ${table(id)}`,
    unloadKeys: (id: string, keys: number, path: string) => {
      const list = Array.from({ length: keys }, (_, i) => `K${i}`).join(", ");
      return `COPY INTO ${names.location(path)} FROM (SELECT P, ${list} FROM ${table(id)} WHERE R = 0 ORDER BY P)
      FILE_FORMAT = (TYPE = PARQUET) SINGLE = TRUE OVERWRITE = TRUE MAX_FILE_SIZE = 5000000000 HEADER = TRUE`;
    },
    /** One folder for each `partitionsPerBlock` partitions. */
    unloadRows: (id: string, columns: number, folder: string, partitionsPerBlock: number) => {
      const list = ["P", "R", ...Array.from({ length: columns }, (_, i) => `C${i}`)].join(", ");
      const size = integer(partitionsPerBlock);
      return `COPY INTO ${names.location(folder)} FROM (SELECT ${list} FROM ${table(id)} ORDER BY P, R)
      PARTITION BY ('b' || ((P - MOD(P, ${size})) / ${size})::NUMBER(10,0)::VARCHAR) FILE_FORMAT = (TYPE = PARQUET) HEADER = TRUE`;
    },
    drop: (id: string) => `DROP TABLE IF EXISTS ${table(id)}`,
    /** The tables of all snapshots, by the ends of their names, with their size and age in milliseconds. */
    tables: `SELECT LOWER(SUBSTR(TABLE_NAME, ${OWN.length + "SNAPSHOT_".length + 1})), BYTES, DATEDIFF('millisecond', CREATED::TIMESTAMP_NTZ, SYSDATE())
      FROM ${names.database}.INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = ? AND STARTSWITH(TABLE_NAME, ${literal(`${OWN}SNAPSHOT_`)})`,
  };
}

/** Returns the name of a table of selected rows. */
export const selectedTable = (id: string) => `${OWN}SELECTED_${id.toUpperCase()}`;

const EPOCH = "'1970-01-01'::TIMESTAMP_NTZ";
/**
 * Returns a point in time in UTC. Sessions have that time zone, so that TIMESTAMP_NTZ stays as it is, and LTZ and TZ
 * are converted.
 */
const inUtc = (column: string) => `CONVERT_TIMEZONE('UTC', ${column})::TIMESTAMP_NTZ`;

/**
 * Returns a key's value as it is kept: exact text, days or microseconds since 1970; doubles and truth values as they
 * are.
 */
function keyExpression({ name, type }: KeyColumn): string {
  const column = identifier(name);
  switch (type) {
    case "date":
      return `DATEDIFF('day', ${EPOCH}, ${column}::TIMESTAMP_NTZ)::VARCHAR`;
    case "timestamp":
      return `DATEDIFF('microsecond', ${EPOCH}, ${inUtc(column)})::VARCHAR`;
    case "double":
      return `${column}::DOUBLE`;
    case "boolean":
      return column;
    default:
      return `${column}::VARCHAR`;
  }
}

/** Returns a value as a model body's column holds it: numbers as doubles, times as milliseconds since 1970. */
export function valueExpression({ name, type }: ColumnInfo): string {
  const column = identifier(name);
  switch (type) {
    case "date":
      return `(DATEDIFF('day', ${EPOCH}, ${column}::TIMESTAMP_NTZ) * 86400000)::DOUBLE`;
    case "timestamp":
      return `DATEDIFF('microsecond', ${EPOCH}, ${inUtc(column)})::DOUBLE / 1000`;
    case "boolean":
      return column;
    case "string":
      return `${column}::VARCHAR`;
    default:
      return `${column}::DOUBLE`;
  }
}
