import { z } from "zod";
import { RUN_MODES } from "../core/run.ts";
import { SNOWFLAKE_COMPUTE } from "../core/snowflake-address.ts";
import { RECONCILIATION_METHODS } from "../forecast/hierarchy/methods.ts";

const tableName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "letters, digits and _, not starting with a digit");
const columnList = z.union([
  z
    .string()
    .min(1)
    .transform((name) => [name]),
  z.array(z.string().min(1)).min(1),
]);
const count = z.int().min(1);
const plain = z.json();

/** The seed's block of environment values, as it stands; engines that have no use for a key leave it alone. */
const parallelLab = z
  .looseObject({
    compute_pool: z.string().optional(),
    image_uri: z.string().optional(),
    dosnowflake_stage_name: z.string().optional(),
    queue_table: z.string().optional(),
    instance_family: z.string().optional(),
    warehouse: z.string().optional(),
    database: z.string().optional(),
    schema: z.string().optional(),
    demo_forecast_n_skus: count.optional().describe("How many synthetic series `setup --series` creates."),
    demo_tasks_chunks_per_job: count.optional().describe("Stands for train.chunks_per_job where that is not given."),
    demo_queue_n_workers: count.optional().describe("Workers of queue mode."),
  })
  .describe("The environment block of the R original, accepted as it stands.");

const duration = z
  .union([
    z.string().regex(/^\s*(\d+(\.\d+)?(ms|s|m|h)\s*)+$/, "a duration such as 90s, 10m or 1h30m"),
    z.number().gt(0),
  ])
  .optional();

const source = z
  .strictObject({
    table: z
      .string()
      .min(1)
      .describe("A table of the workspace, or a file: .csv, .tsv, .parquet, .json, or file.duckdb:TABLE (read-only)."),
    partition_by: columnList.describe("The column, or columns, that tell partitions apart."),
    order_by: columnList.optional().describe("The order of a partition's rows; the last column is the series' time."),
    columns: columnList.optional().describe("The columns to read; all when left out."),
    target: z.string().min(1).default("Y").describe("The column to forecast."),
    period: count.default(1).describe("Observations per season: 7 for daily data with a week, 12 for monthly data."),
    duplicates: z
      .enum(["fail", "keep"])
      .default("fail")
      .describe("Two rows of one partition with the same time: fail that partition, or keep both."),
  })
  .describe("Where the series are.");

const model = z
  .union([
    z.string().min(1),
    z.strictObject({ name: z.string().min(1), options: z.record(z.string(), plain).default({}) }),
  ])
  .describe(
    "A built-in model (a method such as auto-arima, ets, theta or best; store-sales, churn, sensor-anomalies: see docs/guide.md), or the path of a definition.",
  );

const train = z
  .strictObject({
    mode: z.enum(RUN_MODES).default("tasks").describe("How chunks are dispatched."),
    chunks_per_job: z
      .union([z.literal("auto"), count])
      .optional()
      .describe("Into how many chunks a run is split; auto: about 16 per worker, none above 2,000 partitions."),
    workers: z
      .union([z.literal("auto"), count])
      .default("auto")
      .describe("Worker threads; auto: one per core."),
    max_attempts: count.default(3).describe("How often a chunk is tried before its partitions fail."),
    max_failed: z
      .union([z.int().min(0), z.number().min(0).lt(1)])
      .optional()
      .describe(
        "How many partitions may fail, or which share of them, before nothing more is begun; any number when left out.",
      ),
    fit_timeout: duration.describe(
      "How long the body may take for one partition before that fails; none when left out.",
    ),
    memory_limit_mb: count
      .optional()
      .describe("Megabytes of heap that a worker may use before its partition fails; Node's own limit when left out."),
    seed: z.int().min(0).max(4294967295).default(1).describe("Seed of everything random."),
    horizon: count.default(30).describe("Steps of the forecast kept beside each model."),
    holdout: z.int().min(0).default(30).describe("Observations held out at the end to measure accuracy; 0: none."),
    model_key_arg: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "a variable name")
      .default("unit_id")
      .describe("The name under which a model definition receives its partition's key."),
    exports: z.record(z.string(), plain).default({}).describe("Values sent to the model definition as `exports`."),
  })
  .describe("How to train.");

const queue = z
  .strictObject({
    n_workers: z
      .union([z.literal("auto"), count])
      .optional()
      .describe("How many workers are started, or expected; train.workers when left out."),
    worker_type: z
      .enum(["ephemeral", "persistent"])
      .default("ephemeral")
      .describe("ephemeral: workers are started for the run. persistent: `manymodel worker` processes serve it."),
    pre_warm: z.boolean().default(true).describe("Whether the first chunk waits until all workers are ready."),
    time_budget: duration.describe(
      "After this long from the first claim, no chunk is begun any more; none when left out.",
    ),
    hard_deadline: duration.describe(
      "After this long from the first claim, what still runs fails; none when left out.",
    ),
  })
  .describe("Queue mode (train.mode: queue).");

const register = z
  .strictObject({
    name: z.string().min(1).default("MANY_MODEL_FORECAST").describe("The model's name."),
    alias: z
      .string()
      .min(1)
      .optional()
      .describe("An alias that points at the newest version `pipeline run` registered."),
  })
  .describe("How to register.");

const batch = z
  .strictObject({
    input_table: z.string().min(1).optional().describe("What to score; source.table when left out."),
    output_table: tableName.default("FORECAST_RESULTS").describe("Where the forecasts go."),
    horizon: count.optional().describe("Steps to forecast; the version's own when left out."),
    levels: z
      .array(z.number().gt(0).lt(100))
      .min(1)
      .default([80, 95])
      .describe("Coverage of the prediction intervals in percent."),
  })
  .describe("How to score.");

const reconcile = z
  .strictObject({
    levels: z
      .array(
        z.strictObject({
          by: z.union([columnList, z.tuple([]).transform((): string[] => [])]),
          table: z.string().min(1).optional(),
          residuals: z.string().min(1).optional(),
        }),
      )
      .min(2)
      .describe(
        "The hierarchy's levels, the leaves' first: `by` its key columns ([]: the total), `table` its forecasts (sums of the leaves when left out), `residuals` a table for mint-shrink.",
      ),
    method: z.enum(RECONCILIATION_METHODS).default("wls-struct").describe("How; see docs/guide.md."),
    output_table: tableName.default("RECONCILED_FORECASTS").describe("Where the reconciled forecasts go."),
    time: z
      .string()
      .min(1)
      .optional()
      .describe("The column of the forecasts' times; the last of source.order_by when left out, or STEP."),
    attributes: z
      .string()
      .min(1)
      .optional()
      .describe("A table of the leaves' key columns and of further ones that levels are by."),
    non_negative: z.boolean().default(false).describe("Whether leaves' forecasts below zero become zero."),
    missing: z
      .enum(["fail", "leave-out"])
      .default("fail")
      .describe("leave-out: a leaf without a forecast is left out, an aggregate without one is the sum of its leaves."),
  })
  .describe("Making forecasts of several levels of a hierarchy add up (`manymodel reconcile`).");

const refine = z
  .strictObject({
    metric: z
      .string()
      .min(1)
      .default("mase")
      .describe("The metric by which partitions are ranked and candidates chosen."),
    by: z
      .enum(["gain", "metric"])
      .default("gain")
      .describe("gain: the most expected improvement per CPU second first. metric: the worst first."),
    worst_percent: z.number().gt(0).max(100).default(20).describe("How many percent of the partitions to refine."),
    candidates: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe("Methods that compete; those that suit each series when left out."),
    windows: count.default(3).describe("Origins from which each candidate forecasts."),
    time_budget: duration.describe("As queue.time_budget, for refining."),
    hard_deadline: duration.describe("As queue.hard_deadline, for refining."),
  })
  .describe("Refining the worst partitions in queue mode (`manymodel refine`, `manymodel pipeline run`).");

const cost = z
  .strictObject({ cpu_hour: z.number().gt(0).describe("Price of an hour of one CPU, in any currency.") })
  .describe("What computing costs, for `manymodel plan`.");

const text = z.string().min(1);

const snowflake = z
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
    compute_pool: text.optional().describe("service: the compute pool; parallel_lab.compute_pool when left out."),
    image: text.optional().describe("service: the worker's image; parallel_lab.image_uri when left out."),
    replicas: count
      .optional()
      .describe("service: how many containers; parallel_lab.demo_queue_n_workers when left out, or 4."),
    instance_family: text.optional().describe("service: machines of a pool that setup creates; default CPU_X64_S."),
    max_nodes: count.default(8).describe("service: the largest number of nodes of a pool that setup creates."),
    cpu: z.number().gt(0).default(2).describe("service: CPUs of a container."),
    memory: z
      .string()
      .regex(/^\d+(Gi|Mi|G|M)$/, "a number with its unit, such as 8Gi")
      .default("8Gi")
      .describe("service: memory of a container."),
    static_shards: z.boolean().default(false).describe("Set by the engine in its own job services."),
  })
  .describe("The account that `engine: snowflake` works in; see docs/snowflake.md.");

/** The configuration file, `manymodel.yaml`. */
export const configSchema = z.strictObject({
  engine: z.enum(["local", "snowflake"]).default("local").describe("Where everything runs."),
  workspace: z.string().min(1).default(".manymodel").describe("The workspace's directory, relative to this file."),
  source: source.optional(),
  model: model.default("auto-arima"),
  train: train.prefault({}),
  queue: queue.prefault({}),
  refine: refine.optional(),
  cost: cost.optional(),
  register: register.prefault({}),
  batch: batch.prefault({}),
  reconcile: reconcile.optional(),
  parallel_lab: parallelLab.optional(),
  snowflake: snowflake.optional(),
});

/** A validated configuration, with every default filled in. */
export type Config = z.infer<typeof configSchema>;

/** The JSON Schema of the configuration file, for editors. */
export function configJsonSchema(): object {
  return z.toJSONSchema(configSchema, { io: "input", unrepresentable: "any" });
}
