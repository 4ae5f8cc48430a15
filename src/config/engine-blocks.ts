import { z } from "zod";
import {
  SNOWFLAKE_COMPUTE,
  SNOWFLAKE_LOG_LEVELS,
  SNOWFLAKE_MODEL_FILES,
  SNOWFLAKE_SCORING,
} from "../core/snowflake-address.ts";
import { count } from "./common-values.ts";

const text = z.string().min(1);

/** Credits an hour. */
const rate = z.number().gt(0);

const credits = z.strictObject({
  warehouse: rate.default(1),
  warehouse_threads: count.default(8),
  node: rate.optional(),
  serverless: rate.default(1),
});

/** The times at which the account runs the pipeline by itself. */
const schedule = z
  .strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "letters, digits and underscores")
      .default("NIGHT"),
    cron: z
      .string()
      .regex(
        /^(\S+ +){5}[A-Za-z_]+(\/[A-Za-z0-9_+/-]+)?$/,
        "cron's five fields and a time zone, such as 30 2 * * * Europe/Berlin",
      )
      .optional(),
    stream: text.optional(),
    error_integration: text.optional(),
  })
  .refine(({ cron, stream }) => cron !== undefined || stream !== undefined, "an object with `cron`, `stream` or both");

/** The block of `engine: snowflake`. */
export const snowflake = z
  .strictObject({
    account: text.describe("The account's identifier, such as myorg-myaccount."),
    user: text.optional().describe("The user who logs in."),
    role: text.optional().describe("The role to use; jobs run with it too."),
    warehouse: text.optional().describe("The warehouse of queries; by default parallel_lab.warehouse."),
    database: text.optional().describe("The database of the workspace; by default parallel_lab.database."),
    schema: text.optional().describe("The schema of the workspace; by default parallel_lab.schema, or MANYMODEL."),
    stage: text
      .optional()
      .describe("The stage of artifacts; by default parallel_lab.dosnowflake_stage_name, or MM_STAGE."),
    queue_table: text
      .optional()
      .describe("The hybrid table of chunks; by default parallel_lab.queue_table, or MM_CHUNKS."),
    authentication: z
      .enum(["key-pair", "oauth", "access-token", "connection"])
      .default("key-pair")
      .describe(
        "key-pair; oauth: a token in a file; access-token: in an environment variable; connection: of connections.toml.",
      ),
    private_key_path: text
      .optional()
      .describe("key-pair: the private key (its passphrase: SNOWFLAKE_PRIVATE_KEY_PASSPHRASE)."),
    token_file: text.optional().describe("oauth: the token's file; by default a container's service token."),
    token_variable: text.default("SNOWFLAKE_TOKEN").describe("access-token: the environment variable that has it."),
    connection: text.default("default").describe("connection: the section of connections.toml."),
    host: text.optional().describe("The account's host, if not under its own name."),
    port: z.int().min(1).max(65535).optional().describe("The port of `host`."),
    protocol: z.enum(["https", "http"]).default("https").describe("The protocol of `host`."),
    hybrid_tables: z
      .boolean()
      .default(true)
      .describe("false for an account without hybrid tables: chunks are then in static shards only."),
    compute: z
      .enum(SNOWFLAKE_COMPUTE)
      .default("client")
      .describe(
        "The place of training. client: this process; service: container services; warehouse: a table function.",
      ),
    compute_pool: text
      .optional()
      .describe("service and inference: the compute pool; by default parallel_lab.compute_pool."),
    image: text.optional().describe("service: the worker's image; by default parallel_lab.image_uri."),
    replicas: count
      .optional()
      .describe("service and inference: the number of containers; by default parallel_lab.demo_queue_n_workers, or 4."),
    instance_family: text.optional().describe("service: machines of a pool that setup creates; default CPU_X64_S."),
    max_nodes: count.default(8).describe("service: the largest number of nodes of a pool that setup creates."),
    cpu: z.number().gt(0).optional().describe("service: CPUs of a container; by default a machine's."),
    memory: z
      .string()
      .regex(/^\d+(Gi|Mi|G|M)$/, "a number with its unit, such as 8Gi")
      .optional()
      .describe("service: memory of a container; by default a machine's."),
    model_registry: z
      .boolean()
      .default(false)
      .describe("Whether every version is logged in Snowflake's Model Registry too; needs snowflake-ml-python there."),
    model_files: z
      .enum(SNOWFLAKE_MODEL_FILES)
      .default("stage")
      .describe(
        "model_registry: stage: a MODEL's version reads index and segments from the stage; model: it holds them, and needs no stage.",
      ),
    scoring: z
      .enum(SNOWFLAKE_SCORING)
      .optional()
      .describe(
        "The place of scoring. auto (the default): a warehouse, or the registered MODEL where a definition fits no table function, or else this process; client: this process; warehouse: a table function, also the default with `compute: warehouse`; inference: the registered MODEL, in `compute_pool`.",
      ),
    schedule: schedule
      .optional()
      .describe(
        "When the account runs the pipeline by itself (`manymodel snowflake schedule`): `cron` with a time zone, `stream` that has data, or both; `name`, and `error_integration` for failures.",
      ),
    serve_roles: z
      .array(text)
      .optional()
      .describe("Roles, besides the owner, that may use the service of `manymodel snowflake serve`."),
    credits: credits
      .optional()
      .describe(
        "For `manymodel plan`: credits an hour of the warehouse, of a node of the pool (`node`), and of a serverless task; `warehouse_threads` that run a table function at once.",
      ),
    log_level: z
      .enum(SNOWFLAKE_LOG_LEVELS)
      .default("INFO")
      .describe("The level of the containers' logs that the account's event table keeps."),
    external_access: z
      .array(text)
      .optional()
      .describe("External access integrations of containers, such as for pipeline.notify."),
    tags: z
      .record(text, z.string())
      .optional()
      .describe("Tags that setup sets on the schema and the compute pool: DATABASE.SCHEMA.TAG: value."),
    static_shards: z.boolean().default(false).describe("Set by the engine in its own job services."),
  })
  .describe(
    "The account that `engine: snowflake` works in; see docs/snowflake.md. A name without double quotes means capitals, as in SQL.",
  );

/** The place of artifacts. */
export const stage = z
  .union([
    z
      .string()
      .min(1)
      .transform((url) => ({ url })),
    z.strictObject({
      url: z.string().min(1).describe("A directory (a path, or file:///…), or s3://bucket/prefix."),
      endpoint: z.url().optional().describe("Of an S3-compatible service."),
      region: z.string().min(1).optional(),
      force_path_style: z.boolean().optional().describe("Whether the bucket is named in a request's path."),
    }),
  ])
  .describe(
    "Place of the artifacts: a directory that other machines see too, or s3://bucket/prefix (see docs/fleets.md). By default in the workspace.",
  );

/** The block of `engine: postgres`. */
export const postgres = z
  .strictObject({
    url: z
      .string()
      .min(1)
      .optional()
      .describe(
        "`postgresql://user@host:port/database`, without a password (PGPASSWORD or ~/.pgpass); by default PGHOST, PGPORT, PGDATABASE and PGUSER.",
      ),
    schema: z.string().min(1).max(63).default("manymodel").describe("The schema of manymodel's own tables."),
  })
  .describe("The database of `engine: postgres`; see docs/postgresql.md.");
