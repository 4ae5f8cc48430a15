import type { SnowflakeAddress, SnowflakeService } from "../../../core/snowflake-address.ts";
import { dollarQuoted, identifier, integer, literal, plain } from "../literal.ts";
import type { Names } from "../names.ts";

/** The work of a container. */
export interface ContainerWork {
  readonly args: readonly string[];
  /** The port that it answers at, if it does, and the path that says whether it is ready. */
  readonly endpoint?: { readonly port: number; readonly ready: string };
}

/** The endpoint of a container that answers, and the service role that may ask it ("Service specification reference"). */
export const [ENDPOINT, SERVICE_ROLE] = ["api", "ask"];

/** The user and the group that the worker's image runs as (`docker/snowflake-worker.Dockerfile`). */
const IMAGE_USER = { uid: 1000, gid: 1000 };

/** The folder where a container finds the stage and its token. */
export const MOUNT = "/mnt/stage";
const TOKEN_FILE = "/snowflake/session/token";

/** The ends of the names of a graph's root and finalizer. */
export const ROOT = "_ROOT";
export const FINAL = "_FINAL";
/** The tasks of a run's graph, in the order in which they are made. */
const TASKS = ["ROOT", "TRAIN", "FINAL"] as const;

/** The number of times that the account itself tries a failed graph again, whether a client is there or not. */
export const AUTO_RETRIES = 1;

/**
 * Returns the specification of a container, as JSON, which is YAML too: the worker's image, with the stage mounted (the
 * second version of stage volumes: `stageConfig`), and where it finds its token. A mount belongs to root unless the
 * volume names the user of the image (service specification reference, "About file permissions on mounted volumes").
 */
export function specification(names: Names, service: SnowflakeService, { args, endpoint }: ContainerWork): string {
  const { image, cpu, memory, logLevel = "INFO" } = service;
  const env = { MANYMODEL_STAGE_MOUNT: MOUNT, MANYMODEL_TOKEN_FILE: TOKEN_FILE };
  const container = {
    name: "worker",
    image,
    args,
    env,
    volumeMounts: [{ name: "stage", mountPath: MOUNT }],
    ...(endpoint !== undefined && { readinessProbe: { port: endpoint.port, path: endpoint.ready } }),
    resources: { requests: { cpu, memory }, limits: { cpu, memory } },
  };
  const volumes = [{ name: "stage", source: "stage", ...IMAGE_USER, stageConfig: { name: `@${names.stage}` } }];
  const logExporters = { eventTableConfig: { logLevel } };
  if (endpoint === undefined) return JSON.stringify({ spec: { containers: [container], volumes, logExporters } });
  const endpoints = [{ name: ENDPOINT, port: endpoint.port, public: true }];
  const serviceRoles = [{ name: SERVICE_ROLE, endpoints: [ENDPOINT] }];
  return JSON.stringify({ spec: { containers: [container], endpoints, volumes, logExporters }, serviceRoles });
}

/** Returns the clause for the warehouse of a service's queries. */
export const queries = ({ warehouse }: Pick<SnowflakeAddress, "warehouse">) =>
  warehouse === undefined ? "" : ` QUERY_WAREHOUSE = ${identifier(warehouse)}`;

/** Returns the clause for the integrations by which a service reaches addresses outside of the account. */
export const outside = ({ externalAccess }: SnowflakeService) =>
  externalAccess === undefined ? "" : ` EXTERNAL_ACCESS_INTEGRATIONS = (${externalAccess.map(identifier).join(", ")})`;

/** The clauses of every task. A serverless task that says no size begins with a MEDIUM warehouse (CREATE TASK, USER_TASK_MANAGED_INITIAL_WAREHOUSE_SIZE). */
export const SERVERLESS = "USER_TASK_TIMEOUT_MS = 86400000 USER_TASK_MANAGED_INITIAL_WAREHOUSE_SIZE = 'XSMALL'";

/** Returns statements that have containers work on a run. */
export function jobStatements(names: Names, address: SnowflakeAddress, service: SnowflakeService) {
  const { database, schema } = address;
  const pool = `IN COMPUTE POOL ${plain(service.computePool)}`;
  const reached = `${outside(service)}${queries(address)}`;
  const replicas = `REPLICAS = ${integer(service.replicas)}`;
  const serviceName = (name: string) => `${plain(database)}.${plain(schema)}.${plain(name)}`;
  const task = (base: string, name: (typeof TASKS)[number]) => names.of(`${base}_${name}`);
  return {
    /** In queue mode: replicas that claim what they are fed. */
    execute: (name: string, comment: string, spec: string) => `EXECUTE JOB SERVICE ${pool}
      NAME = ${serviceName(name)} ASYNC = TRUE ${replicas}${reached} COMMENT = ${literal(comment)}
      FROM SPECIFICATION ${dollarQuoted(spec)}`,
    logs: (name: string, replica: number) =>
      `SELECT SYSTEM$GET_SERVICE_LOGS(${literal(serviceName(name))}, ${literal(integer(replica))}, 'worker', 20)`,
    /** A service's containers, and what each waits for. */
    containers: (name: string) => `SHOW SERVICE CONTAINERS IN SERVICE ${serviceName(name)}`,
    /** With their states. */
    services: (base: string) =>
      `SHOW SERVICES LIKE ${literal(`${base.replaceAll("_", "\\_")}\\_%`)} IN SCHEMA ${names.schema}`,
    /**
     * In tasks mode: a graph whose root starts the training of static shards, and whose finalizer writes the index. Its
     * children are resumed one by one: a root without a schedule cannot be resumed, and runs suspended.
     */
    graph: (base: string, comment: string, train: string, final: string) => [
      `CREATE TASK IF NOT EXISTS ${task(base, "ROOT")} ${SERVERLESS} TASK_AUTO_RETRY_ATTEMPTS = ${AUTO_RETRIES} SUSPEND_TASK_AFTER_NUM_FAILURES = 0 COMMENT = ${literal(comment)} AS SELECT 1`,
      `CREATE TASK IF NOT EXISTS ${task(base, "TRAIN")} ${SERVERLESS} COMMENT = ${literal(comment)} AFTER ${task(base, "ROOT")} AS
      EXECUTE JOB SERVICE ${pool} ${replicas}${reached} COMMENT = ${literal(comment)} FROM SPECIFICATION ${literal(train)}`,
      `CREATE TASK IF NOT EXISTS ${task(base, "FINAL")} ${SERVERLESS} COMMENT = ${literal(comment)} FINALIZE = ${task(base, "ROOT")} AS
      EXECUTE JOB SERVICE ${pool}${reached} COMMENT = ${literal(comment)} FROM SPECIFICATION ${literal(final)}`,
      `ALTER TASK ${task(base, "FINAL")} RESUME`,
      `ALTER TASK ${task(base, "TRAIN")} RESUME`,
    ],
    start: (base: string) => `EXECUTE TASK ${task(base, "ROOT")}`,
    retry: (base: string) => `EXECUTE TASK ${task(base, "ROOT")} RETRY LAST`,
    /**
     * The executions of a graph's tasks, and how many milliseconds ago each ended, or was to begin; bound to the names of
     * the database and the schema. TASK_HISTORY is the whole account's: its arguments hold before its limit, a WHERE after.
     */
    history: (base: string) => {
      const of = (task: (typeof TASKS)[number]) =>
        `SELECT * FROM TABLE(${names.database}.INFORMATION_SCHEMA.TASK_HISTORY(TASK_NAME => ${literal(`${base}_${task}`)}, RESULT_LIMIT => 10000))`;
      return `SELECT NAME, STATE, ERROR_MESSAGE, GRAPH_RUN_GROUP_ID, ATTEMPT_NUMBER, DATEDIFF('millisecond', COALESCE(COMPLETED_TIME, SCHEDULED_TIME), CURRENT_TIMESTAMP())
      FROM (${TASKS.map(of).join("\n        UNION ALL ")})
      WHERE DATABASE_NAME = ? AND SCHEMA_NAME = ? ORDER BY SCHEDULED_TIME`;
    },
  };
}
