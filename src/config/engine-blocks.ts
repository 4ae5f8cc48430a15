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
    user: text.optional().describe("Who logs in."),
    role: text.optional().describe("The role to use; jobs run with it too."),
    warehouse: text.optional().describe("The warehouse of queries; parallel_lab.warehouse when left out."),
    database: text.optional().describe("The database of the workspace; parallel_lab.database when left out."),
    schema: text.optional().describe("The schema of the workspace; parallel_lab.schema when left out, or MANYMODEL."),
    stage: text
      .optional()
      .describe("The stage of artifacts; parallel_lab.dosnowflake_stage_name when left out, or MM_STAGE."),
    queue_table: text
      .optional()
      .describe("The hybrid table of chunks; parallel_lab.queue_table when left out, or MM_CHUNKS."),
    authentication: z
      .enum(["key-pair", "oauth", "access-token", "connection"])
      .default("key-pair")
      .describe(
        "key-pair; oauth: a token in a file; access-token: in an environment variable; connection: of connections.toml.",
      ),
    private_key_path: text
      .optional()
      .describe("key-pair: the private key (its passphrase: SNOWFLAKE_PRIVATE_KEY_PASSPHRASE)."),
    token_file: text.optional().describe("oauth: the token's file; a container's service token when left out."),
    token_variable: text.default("SNOWFLAKE_TOKEN").describe("access-token: the environment variable that has it."),
    connection: text.default("default").describe("connection: the section of connections.toml."),
    host: text.optional().describe("Where the account answers, if not under its own name."),
    port: z.int().min(1).max(65535).optional().describe("The port of `host`."),
    protocol: z.enum(["https", "http"]).default("https").describe("The protocol of `host`."),
    hybrid_tables: z
      .boolean()
      .default(true)
      .describe("false where the account has none: chunks are then handed out in static shards only."),
    compute: z
      .enum(SNOWFLAKE_COMPUTE)
      .default("client")
      .describe("Who trains: client: this process; service: container services; warehouse: a table function."),
    compute_pool: text
      .optional()
      .describe("service and inference: the compute pool; parallel_lab.compute_pool when left out."),
    image: text.optional().describe("service: the worker's image; parallel_lab.image_uri when left out."),
    replicas: count
      .optional()
      .describe("service and inference: how many containers; parallel_lab.demo_queue_n_workers when left out, or 4."),
    instance_family: text.optional().describe("service: machines of a pool that setup creates; default CPU_X64_S."),
    max_nodes: count.default(8).describe("service: the largest number of nodes of a pool that setup creates."),
    cpu: z.number().gt(0).optional().describe("service: CPUs of a container; a machine's when left out."),
    memory: z
      .string()
      .regex(/^\d+(Gi|Mi|G|M)$/, "a number with its unit, such as 8Gi")
      .optional()
      .describe("service: memory of a container; a machine's when left out."),
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
        "Who scores batches: auto (the default): a warehouse, or the registered MODEL where a definition fits no table function, or else this process; client: this process; warehouse: a table function, as when `compute` is that and this is left out; inference: the registered MODEL, in `compute_pool`.",
      ),
    schedule: schedule
      .optional()
      .describe(
        "When the account runs the pipeline by itself (`manymodel snowflake schedule`): `cron` with a time zone, `stream` that has data, or both; `name`, and `error_integration` to tell of failures.",
      ),
    serve_roles: z
      .array(text)
      .optional()
      .describe("Roles that may ask the service of `manymodel snowflake serve`; its owner may anyway."),
    credits: credits
      .optional()
      .describe(
        "For `manymodel plan`: credits an hour of the warehouse, of a node of the pool (`node`), and of a serverless task; `warehouse_threads` that run a table function at once.",
      ),
    log_level: z
      .enum(SNOWFLAKE_LOG_LEVELS)
      .default("INFO")
      .describe("What of the containers' logs the account's event table keeps."),
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
    "Place of the artifacts: a directory that other machines see too, or s3://bucket/prefix (see docs/fleets.md). In the workspace when left out.",
  );

/** The block of `engine: postgres`. */
export const postgres = z
  .strictObject({
    url: z
      .string()
      .min(1)
      .optional()
      .describe(
        "`postgresql://user@host:port/database`, without a password (PGPASSWORD or ~/.pgpass); PGHOST, PGPORT, PGDATABASE and PGUSER when left out.",
      ),
    schema: z.string().min(1).max(63).default("manymodel").describe("The schema that holds what is manymodel's own."),
  })
  .describe("The database of `engine: postgres`; see docs/postgresql.md.");
