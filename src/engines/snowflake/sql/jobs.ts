import type { SnowflakeAddress, SnowflakeService } from "../../../core/snowflake-address.ts";
import { dollarQuoted, identifier, integer, literal, plain } from "../literal.ts";
import type { Names } from "../names.ts";

/** What a container is to do. */
export interface ContainerWork {
  readonly args: readonly string[];
}

/** Where a container finds the stage and its token. */
export const MOUNT = "/mnt/stage";
const TOKEN_FILE = "/snowflake/session/token";

/** What the name of a graph's root ends with. */
export const ROOT = "_ROOT";
/** The tasks of a run's graph, in the order in which they are made. */
const TASKS = ["ROOT", "TRAIN", "FINAL"] as const;

/** The names of a graph's tasks. */
export const taskNames = (base: string) => TASKS.map((which) => `${base}_${which}`);

/**
 * The specification of a container, as JSON, which is YAML too: the worker's image, with the stage mounted (the second
 * version of stage volumes: `stageConfig`), and where it finds its token.
 */
export function specification(names: Names, { image, cpu, memory }: SnowflakeService, { args }: ContainerWork): string {
  const env = { MANYMODEL_STAGE_MOUNT: MOUNT, MANYMODEL_TOKEN_FILE: TOKEN_FILE };
  const container = {
    name: "worker",
    image,
    args,
    env,
    volumeMounts: [{ name: "stage", mountPath: MOUNT }],
    resources: { requests: { cpu, memory }, limits: { cpu, memory } },
  };
  const volumes = [{ name: "stage", source: "stage", stageConfig: { name: `@${names.stage}` } }];
  return JSON.stringify({ spec: { containers: [container], volumes } });
}

/** Statements that have containers work on a run. */
export function jobStatements(
  names: Names,
  { warehouse, database, schema }: SnowflakeAddress,
  service: SnowflakeService,
) {
  const pool = `IN COMPUTE POOL ${plain(service.computePool)}`;
  const queryWarehouse = warehouse === undefined ? "" : ` QUERY_WAREHOUSE = ${identifier(warehouse)}`;
  const replicas = `REPLICAS = ${integer(service.replicas)}`;
  const serviceName = (name: string) => `${plain(database)}.${plain(schema)}.${plain(name)}`;
  const task = (base: string, which: (typeof TASKS)[number]) => names.of(`${base}_${which}`);
  const day = "USER_TASK_TIMEOUT_MS = 86400000";
  return {
    /** In queue mode: replicas that claim what they are fed. */
    execute: (name: string, comment: string, spec: string) => `EXECUTE JOB SERVICE ${pool}
      NAME = ${serviceName(name)} ASYNC = TRUE ${replicas}${queryWarehouse} COMMENT = ${literal(comment)}
      FROM SPECIFICATION ${dollarQuoted(spec)}`,
    logs: (name: string, replica: number) =>
      `SELECT SYSTEM$GET_SERVICE_LOGS(${literal(serviceName(name))}, ${literal(integer(replica))}, 'worker', 20)`,
    /** With their states. */
    services: (base: string) =>
      `SHOW SERVICES LIKE ${literal(`${base.replaceAll("_", "\\_")}\\_%`)} IN SCHEMA ${names.schema}`,
    /** In tasks mode: a graph whose root starts the training of static shards, and whose finalizer writes the index. */
    graph: (base: string, comment: string, train: string, final: string) => [
      `CREATE TASK IF NOT EXISTS ${task(base, "ROOT")} ${day} TASK_AUTO_RETRY_ATTEMPTS = 1 SUSPEND_TASK_AFTER_NUM_FAILURES = 0 COMMENT = ${literal(comment)} AS SELECT 1`,
      `CREATE TASK IF NOT EXISTS ${task(base, "TRAIN")} ${day} COMMENT = ${literal(comment)} AFTER ${task(base, "ROOT")} AS
      EXECUTE JOB SERVICE ${pool} ${replicas}${queryWarehouse} COMMENT = ${literal(comment)} FROM SPECIFICATION ${literal(train)}`,
      `CREATE TASK IF NOT EXISTS ${task(base, "FINAL")} ${day} COMMENT = ${literal(comment)} FINALIZE = ${task(base, "ROOT")} AS
      EXECUTE JOB SERVICE ${pool}${queryWarehouse} COMMENT = ${literal(comment)} FROM SPECIFICATION ${literal(final)}`,
      `SELECT SYSTEM$TASK_DEPENDENTS_ENABLE(${literal(task(base, "ROOT"))})`,
    ],
    start: (base: string) => `EXECUTE TASK ${task(base, "ROOT")}`,
    retry: (base: string) => `EXECUTE TASK ${task(base, "ROOT")} RETRY LAST`,
    /** The executions of a graph's tasks; bound to `taskNames`. */
    history: `SELECT NAME, STATE, ERROR_MESSAGE FROM TABLE(${names.database}.INFORMATION_SCHEMA.TASK_HISTORY(RESULT_LIMIT => 10000))
      WHERE NAME = ? OR NAME = ? OR NAME = ? ORDER BY SCHEDULED_TIME`,
  };
}
