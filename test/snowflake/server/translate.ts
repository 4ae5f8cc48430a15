import { SqlFailure } from "./failure.ts";
import { LITERAL, type Masked } from "./masked.ts";

/** Types of Snowflake that DuckDB calls otherwise. */
const TYPES: readonly (readonly [RegExp, string])[] = [
  [/\bNUMBER\s*\(\s*\d+\s*,\s*0\s*\)/gi, "BIGINT"],
  [/\bNUMBER\b(?!\s*\()/gi, "BIGINT"],
  [/\bNUMBER\s*\(/gi, "DECIMAL("],
  [/\bFLOAT\b/gi, "DOUBLE"],
  [/\bTIMESTAMP_TZ\b/gi, "TIMESTAMPTZ"],
  [/\bTIMESTAMP_(NTZ|LTZ)\b/gi, "TIMESTAMP"],
  [/\bVARIANT\b/gi, "JSON"],
];

/** Functions that read files in DuckDB, or change it, and that Snowflake does not have. */
const FOREIGN =
  /\b(read_\w+|parquet_\w+|glob|getenv|pragma_\w+|duckdb_\w+|sniff_csv|query|query_table|which_secret|from_substrait)\s*\(/i;

/** Rewrites a query or a change of rows of Snowflake as one of DuckDB. @throws {SqlFailure} for what Snowflake has not */
export function translate(masked: Masked): string {
  const { code } = masked;
  const foreign = FOREIGN.exec(code);
  if (foreign !== null)
    throw new SqlFailure("002141", "42601", `SQL compilation error: Unknown user-defined table function ${foreign[1]}`);
  if (new RegExp(`\\b(FROM|JOIN)\\s+${LITERAL}(?!\\s*\\()`, "i").test(code))
    throw new SqlFailure("001003", "42000", "SQL compilation error: syntax error: unexpected literal after FROM");
  let text = code
    .replace(
      /TABLE\s*\(\s*FLATTEN\s*\(\s*INPUT\s*=>\s*PARSE_JSON\s*\(\s*\?\s*\)\s*\)\s*\)\s*(?:AS\s+)?(\w+)/gi,
      flattened,
    )
    .replace(/LATERAL FLATTEN\s*\(\s*INPUT\s*=>\s*PARSE_JSON\s*\(([^()]*)\)\s*\)\s*(\w+)/gi, flattenedObject)
    .replace(
      /\b(\w+)\.VALUE\[(\d+)\]::(VARCHAR|NUMBER|DOUBLE)/gi,
      (_, alias, n, type) => `CAST(${alias}."VALUE"->>${n} AS ${type})`,
    )
    .replace(/\b(\w+)\.VALUE::(VARCHAR|NUMBER|DOUBLE)/gi, (_, alias, type) => `CAST(${alias}."VALUE"->>'$' AS ${type})`)
    .replace(/\bPARSE_JSON\s*\(/gi, "json(")
    // "Returns an aggregate signed 64-bit hash value over the (unordered) set of input rows" (HASH_AGG).
    .replace(/\bHASH_AGG\s*\(([^()]*)\)/gi, "CAST(sum(hash($1)) % 9223372036854775807 AS BIGINT)")
    .replace(/\bCONVERT_TIMEZONE\s*\((\ue000\d+\ue000), ([^()]*)\)/gi, "timezone($1, CAST($2 AS TIMESTAMPTZ))")
    .replace(/\bTO_VARCHAR\s*\(/gi, "to_text(");
  for (const [pattern, type] of TYPES) text = text.replace(pattern, type);
  text = text.replace(/\ue001(\d+)\ue001\.INFORMATION_SCHEMA\.(COLUMNS|TABLES|SCHEMATA)/gi, (_, n, view) =>
    view.toUpperCase() === "SCHEMATA"
      ? `(SELECT upper(schema_name) AS SCHEMA_NAME FROM duckdb_schemas() WHERE database_name = '${masked.identifier(n)}' AND NOT internal)`
      : view.toUpperCase() === "COLUMNS"
        ? columnsView(masked.identifier(n))
        : tablesView(masked.identifier(n)),
  );
  return masked.unmask(text);
}

const flattened = (_: string, alias: string) => `(SELECT unnest(CAST(? AS JSON[])) AS "VALUE") ${alias}`;

const flattenedObject = (_: string, json: string, alias: string) =>
  `LATERAL (SELECT e.key AS "KEY", e.value AS "VALUE" FROM (SELECT unnest(map_entries(CAST(CAST(${json} AS JSON) AS MAP(VARCHAR, JSON)))) AS e)) ${alias}`;

/** Returns `INFORMATION_SCHEMA.COLUMNS` with the account's names of types. */
function columnsView(database: string): string {
  return `(SELECT upper(table_schema) AS TABLE_SCHEMA, table_name AS TABLE_NAME, column_name AS COLUMN_NAME,
    ordinal_position AS ORDINAL_POSITION, numeric_scale AS NUMERIC_SCALE,
    CASE WHEN data_type IN ('DOUBLE', 'FLOAT') THEN 'FLOAT' WHEN data_type = 'JSON' THEN 'VARIANT'
      WHEN data_type LIKE '%INT%' OR data_type LIKE 'DECIMAL%' THEN 'NUMBER' WHEN data_type = 'VARCHAR' THEN 'TEXT'
      WHEN data_type = 'TIMESTAMP' THEN 'TIMESTAMP_NTZ' WHEN data_type = 'TIMESTAMP WITH TIME ZONE' THEN 'TIMESTAMP_TZ' ELSE data_type END AS DATA_TYPE
    FROM information_schema.columns WHERE table_catalog = '${database.replaceAll("'", "''")}')`;
}

function tablesView(database: string): string {
  const name = `'${database.replaceAll("'", "''")}'`;
  return `(SELECT upper(schema_name) AS TABLE_SCHEMA, table_name AS TABLE_NAME, 'BASE TABLE' AS TABLE_TYPE,
      estimated_size AS ROW_COUNT, 0 AS BYTES, CAST(split_part(comment, '|', 1) AS TIMESTAMP) AS CREATED, split_part(comment, '|', 2) AS COMMENT FROM duckdb_tables() WHERE database_name = ${name} AND NOT internal
    UNION ALL SELECT upper(schema_name), view_name, 'VIEW', NULL, NULL, NULL, comment FROM duckdb_views() WHERE database_name = ${name} AND NOT internal)`;
}

/** Functions of Snowflake that DuckDB has not. */
export const MACROS = [
  "CREATE OR REPLACE TEMP MACRO SYSDATE() AS CAST(now() AT TIME ZONE 'UTC' AS TIMESTAMP)",
  "CREATE OR REPLACE TEMP MACRO CURRENT_VERSION() AS '0.0.0 local'",
  "CREATE OR REPLACE TEMP MACRO DATEADD(unit, n, t) AS CASE lower(unit) WHEN 'millisecond' THEN t + to_milliseconds(n) ELSE error('DATEADD ' || unit) END",
  "CREATE OR REPLACE TEMP MACRO TO_TIMESTAMP_NTZ(n, s) AS CASE s WHEN 3 THEN epoch_ms(n) ELSE error('TO_TIMESTAMP_NTZ ' || s) END",
  "CREATE OR REPLACE TEMP MACRO IFF(c, a, b) AS CASE WHEN c THEN a ELSE b END",
  "CREATE OR REPLACE TEMP MACRO STARTSWITH(text, begin) AS starts_with(text, begin)",
  "CREATE OR REPLACE TEMP MACRO EQUAL_NULL(a, b) AS a IS NOT DISTINCT FROM b",
  "CREATE OR REPLACE TEMP MACRO SHA2(text, bits) AS CASE bits WHEN 256 THEN sha256(text) ELSE error('SHA2 ' || bits) END",
  "CREATE OR REPLACE TEMP MACRO ARRAY_CONSTRUCT(a, b, c) AS [a, b, c]",
  "CREATE OR REPLACE TEMP MACRO to_text(x) AS CAST(x AS VARCHAR)",
];
