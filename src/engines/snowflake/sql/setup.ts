import { identifier, integer, literal, nameParts, plain } from "../literal.ts";
import { type Names, OWN } from "../names.ts";

/** The tables, by the names that they are created under. */
export const TABLES = {
  runs: `${OWN}RUNS`,
  workers: `${OWN}WORKERS`,
  lock: `${OWN}LOCK`,
  versions: `${OWN}VERSIONS`,
  aliases: `${OWN}ALIASES`,
  annotations: `${OWN}ANNOTATIONS`,
  audit: `${OWN}AUDIT`,
  modelStore: `${OWN}MODEL_STORE`,
  wanted: `${OWN}WANTED`,
} as const;

/** The column of a table of results that says whose rows they are. */
export const OWNER = `${OWN}OWNER`;

/** The columns of a segment as they are kept in the model store, after the run's id. */
export const MODEL_STORE_COLUMNS = [
  ["PARTITION_KEY", "VARCHAR"],
  ["POSITION", "NUMBER(10,0)"],
  ["OUTCOME", "VARCHAR"],
  ["MODEL_KIND", "VARCHAR"],
  ["MODEL", "VARCHAR"],
  ["METRICS", "VARCHAR"],
  ["FORECAST", "VARCHAR"],
  ["INFO", "VARCHAR"],
  ["N_OBS", "NUMBER(10,0)"],
  ["FIRST_TS", "VARCHAR"],
  ["LAST_TS", "VARCHAR"],
  ["INTERVAL", "VARCHAR"],
  ["FIT_MS", "DOUBLE"],
  ["SEED", "NUMBER(10,0)"],
  ["DATA_SHA256", "VARCHAR"],
  ["ERROR_TYPE", "VARCHAR"],
  ["ERROR_MESSAGE", "VARCHAR"],
  ["ATTEMPT", "NUMBER(10,0)"],
] as const;

/** Creates a workspace's objects where they are missing; replaces nothing. In this order. */
export function setupStatements(names: Names): string[] {
  const nameOf = (table: keyof typeof TABLES) => names.of(TABLES[table]);
  const hybrid = names.hybridTables ? "HYBRID TABLE" : "TABLE";
  const index = names.hybridTables ? ",\n  INDEX CHUNKS_BY_STATE (RUN_ID, STATE, PRIORITY)" : "";
  const store = MODEL_STORE_COLUMNS.map(([name, type]) => `${identifier(name)} ${type}`).join(", ");
  return [
    `CREATE SCHEMA IF NOT EXISTS ${names.schema}`,
    `CREATE STAGE IF NOT EXISTS ${names.stage} ENCRYPTION = (TYPE = 'SNOWFLAKE_SSE') DIRECTORY = (ENABLE = TRUE)`,
    `CREATE TABLE IF NOT EXISTS ${nameOf("runs")} (RUN_ID VARCHAR NOT NULL, STATE VARCHAR NOT NULL, CREATED_AT VARCHAR NOT NULL,
  ENDED_AT VARCHAR, MANIFEST VARCHAR, IDX VARCHAR, ERROR VARCHAR, RECORDED_AT TIMESTAMP_NTZ NOT NULL)`,
    `CREATE ${hybrid} IF NOT EXISTS ${names.chunks} (
  RUN_ID VARCHAR(128) NOT NULL, CHUNK NUMBER(10,0) NOT NULL, PARTITIONS NUMBER(10,0) NOT NULL,
  PRIORITY NUMBER(10,0) NOT NULL, STATE VARCHAR(12) NOT NULL, ATTEMPT NUMBER(10,0) NOT NULL,
  FORGIVEN NUMBER(10,0) NOT NULL, WORKER VARCHAR(256), LEASE_UNTIL TIMESTAMP_NTZ, NOT_BEFORE TIMESTAMP_NTZ,
  SEGMENT VARCHAR(4000), SEGMENT_FAILED NUMBER(10,0), ERROR VARCHAR(4000),
  PRIMARY KEY (RUN_ID, CHUNK)${index})`,
    `CREATE ${hybrid} IF NOT EXISTS ${nameOf("workers")} (NAME VARCHAR(256) NOT NULL, RUN_ID VARCHAR(128),
  STARTED_AT TIMESTAMP_NTZ NOT NULL, ALIVE_UNTIL TIMESTAMP_NTZ NOT NULL, STOPPING BOOLEAN NOT NULL, PRIMARY KEY (NAME))`,
    `CREATE TABLE IF NOT EXISTS ${nameOf("lock")} (HOLDER VARCHAR)`,
    `INSERT INTO ${nameOf("lock")} (HOLDER) SELECT '' WHERE NOT EXISTS (SELECT 1 FROM ${nameOf("lock")})`,
    `CREATE TABLE IF NOT EXISTS ${nameOf("versions")} (MODEL VARCHAR NOT NULL, VERSION VARCHAR NOT NULL,
  CREATED_AT VARCHAR NOT NULL, RECORD VARCHAR NOT NULL, RECORDED_AT TIMESTAMP_NTZ NOT NULL)`,
    `CREATE TABLE IF NOT EXISTS ${nameOf("aliases")} (MODEL VARCHAR NOT NULL, ALIAS VARCHAR NOT NULL,
  VERSION VARCHAR NOT NULL, CHANGED_AT VARCHAR NOT NULL)`,
    `CREATE TABLE IF NOT EXISTS ${nameOf("annotations")} (MODEL VARCHAR NOT NULL, VERSION VARCHAR NOT NULL,
  KIND VARCHAR NOT NULL, NAME VARCHAR NOT NULL, VALUE VARCHAR NOT NULL)`,
    `CREATE TABLE IF NOT EXISTS ${nameOf("audit")} (HAPPENED_AT VARCHAR NOT NULL, BY_WHOM VARCHAR NOT NULL, ACTION VARCHAR NOT NULL,
  MODEL VARCHAR, VERSION VARCHAR, DETAILS VARCHAR NOT NULL, RECORDED_AT TIMESTAMP_NTZ NOT NULL)`,
    `CREATE TABLE IF NOT EXISTS ${nameOf("modelStore")} (RUN_ID VARCHAR NOT NULL, STAGE_PATH VARCHAR NOT NULL, ${store})`,
    `CREATE TABLE IF NOT EXISTS ${nameOf("wanted")} (ID VARCHAR NOT NULL, WANTED VARCHAR NOT NULL, WRITTEN_AT TIMESTAMP_NTZ NOT NULL)`,
  ];
}

/** Creates what container services need, where it is missing. */
export function serviceStatements(
  names: Names,
  { computePool, instanceFamily, maxNodes }: { computePool: string; instanceFamily: string; maxNodes: number },
): string[] {
  return [
    `CREATE IMAGE REPOSITORY IF NOT EXISTS ${names.of("MM_IMAGES")}`,
    `CREATE COMPUTE POOL IF NOT EXISTS ${plain(computePool)} MIN_NODES = 1 MAX_NODES = ${integer(maxNodes)} INSTANCE_FAMILY = ${plain(instanceFamily)} AUTO_RESUME = TRUE INITIALLY_SUSPENDED = TRUE AUTO_SUSPEND_SECS = 300`,
  ];
}

/**
 * Sets tags on a workspace's schema, whose tables, tasks and services inherit them ("Object tagging", tag inheritance), and on its
 * compute pool.
 */
export function tagStatements(
  names: Names,
  tags: Readonly<Record<string, string>>,
  computePool: string | undefined,
): string[] {
  const on = [`SCHEMA ${names.schema}`, ...(computePool === undefined ? [] : [`COMPUTE POOL ${plain(computePool)}`])];
  return Object.entries(tags).flatMap(([tag, value]) => {
    const name = nameParts(tag).map(identifier).join(".");
    return on.map((object) => `ALTER ${object} SET TAG ${name} = ${literal(value)}`);
  });
}
