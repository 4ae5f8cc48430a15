import { z } from "zod";
import { MISSING_MODEL } from "../core/missing-model.ts";
import { LEVEL_RULE } from "../core/quantile.ts";
import { LONGEST_HORIZON, RUN_MODES } from "../core/run.ts";
import { SNOWFLAKE_COMPUTE, SNOWFLAKE_SCORING } from "../core/snowflake-address.ts";
import { readInterval } from "../core/stated-interval.ts";
import { RECONCILIATION_METHODS } from "../forecast/hierarchy/methods.ts";

const tableName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "of letters, digits and _, not starting with a digit");
const columnList = z.union([
  z
    .string()
    .min(1)
    .transform((name) => [name]),
  z.array(z.string().min(1)).min(1),
]);
const count = z.int().min(1);
const horizon = count.max(LONGEST_HORIZON);
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
    interval: z
      .string()
      .refine((text) => readInterval(text) !== undefined, "an interval such as P1D, P1W, P1M, P3M, PT1H, W12345 or N1")
      .optional()
      .describe(
        "The interval of all series, such as P1D, P1W, P1M or PT1H; each series' own, from its times, when left out.",
      ),
  })
  .describe("Where the series are.");

const model = z
  .union([
    z.string().min(1),
    z.strictObject({ name: z.string().min(1), options: z.record(z.string(), plain).default({}) }),
  ])
  .describe(
    "A built-in model (a method such as auto-arima, ets, theta or best; store-sales, churn, sensor-anomalies: see docs/models.md), or the path of a definition.",
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
    horizon: horizon.default(30).describe("Steps of the forecast kept beside each model."),
    holdout: z.int().min(0).default(30).describe("Observations held out at the end to measure accuracy; 0: none."),
    model_key_arg: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "a variable name")
      .default("unit_id")
      .describe("The name under which a model definition receives its partition's key."),
    changed_only: z
      .boolean()
      .default(false)
      .describe("Train only partitions whose data have changed since the newest version; the others are carried over."),
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
    horizon: horizon.optional().describe("Steps to forecast; the version's own when left out."),
    levels: z
      .array(z.number().min(1, LEVEL_RULE).lt(100, LEVEL_RULE))
      .min(1)
      .default([80, 95])
      .describe("Coverage of the prediction intervals in percent."),
    quantiles: z
      .array(z.number().gt(0).lt(1))
      .default([])
      .describe("Quantiles to forecast, such as 0.1, 0.5 and 0.9 (columns Q_10, Q_50, Q_90)."),
    missing_model: z
      .enum(MISSING_MODEL)
      .default("status")
      .describe(
        "What a partition without a model means. status: a row that says so. error: the batch fails and writes nothing. fallback: a seasonal naive forecast.",
      ),
    future_table: z
      .string()
      .min(1)
      .optional()
      .describe("A table of what is known ahead: a row for each partition and future time."),
    advance: z
      .boolean()
      .default(true)
      .describe("Whether models take in rows of the input that are newer than the ones they were fitted to."),
    incremental: z
      .boolean()
      .default(false)
      .describe("Whether rows of the last batch stand where neither data, model nor options have changed."),
  })
  .describe("How to score.");

const serve = z
  .strictObject({
    host: z
      .string()
      .min(1)
      .default("127.0.0.1")
      .describe("The address to listen at; one that is not of this machine alone requires tokens."),
    port: z.int().min(0).max(65535).default(8080).describe("The port; 0: a free one."),
    hosts: z
      .array(z.string().min(1))
      .default([])
      .describe("Names under which a reverse proxy passes requests on (`Host`); requires tokens."),
    tokens: z.string().min(1).optional().describe("The folder of tokens; `tokens` in the workspace when left out."),
    workers: z
      .union([z.literal("auto"), count])
      .default("auto")
      .describe("Threads that models predict in; auto: one less than cores."),
    max_keys: count.default(1000).describe("How many keys a request may have."),
    max_horizon: count.default(1000).describe("How many steps a request may ask for."),
    max_body_kb: count.default(1024).describe("How large a request may be, in KiB."),
    max_concurrent: count.default(256).describe("How many requests may be under way at once; more are told to wait."),
    timeout: duration.unwrap().default("10s").describe("How long a request may take."),
    predict_timeout: duration.unwrap().default("2s").describe("How long `predict` may take for one partition."),
    cache_mb: count.default(256).describe("Memory for models that were read, in MiB."),
  })
  .describe("Answering requests over HTTP (`manymodel serve`).");

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
    method: z.enum(RECONCILIATION_METHODS).default("wls-struct").describe("How; see docs/hierarchy.md."),
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

const share = z.number().gt(0).lt(1);

const monitor = z
  .strictObject({
    forecasts: z.string().min(1).optional().describe("The table of forecasts; batch.output_table when left out."),
    actuals: z
      .string()
      .min(1)
      .optional()
      .describe("The table or file of the observations, old and new; source.table when left out."),
    ledger_table: tableName.default("ACCURACY_LEDGER").describe("Where each forecast meets its observation."),
    status_table: tableName.default("MONITOR_STATUS").describe("Where the verdicts go, a row a partition and run."),
    window: count
      .default(30)
      .describe("How many of the latest times are looked at; the CUSUM also remembers older ones."),
    min_observations: count.default(8).describe("Fewer than this are no basis for a verdict."),
    cusum_reference: z
      .number()
      .min(0)
      .default(0.5)
      .describe("k: half the lasting shift of the errors that is to be found soonest, in standard deviations."),
    cusum_decision: z
      .number()
      .gt(0)
      .default(12)
      .describe("h: above this a cumulative sum means drift, above 70 % of it that the partition is watched."),
    coverage_tolerance: z
      .number()
      .min(0)
      .lt(100)
      .default(5)
      .describe("How many points intervals may cover less than their level says."),
    false_discovery_rate: share
      .default(0.01)
      .describe("The share of false ones to expect among what the tests of coverage, missing and zero values find."),
    watch_ratio: z.number().gt(0).default(2).describe("Watch where errors are this many times the holdout's."),
    watch_shift: z
      .number()
      .gt(1)
      .default(3)
      .describe("Watch where the data moved by this many standard deviations, or their spread by this factor."),
    max_offenders: z
      .union([z.int().min(0), share])
      .default(0)
      .describe(
        "How many partitions may drift, or which share of them, before the exit code is 3 and the webhook called.",
      ),
    webhook: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe("Where to POST the alert as JSON; nowhere when left out."),
    webhook_timeout: duration.describe("How long each of three attempts at the webhook may take; 10s when left out."),
  })
  .describe("Watching forecasts when observations arrive (`manymodel monitor`).");

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
    compute_pool: text
      .optional()
      .describe("service and inference: the compute pool; parallel_lab.compute_pool when left out."),
    image: text.optional().describe("service: the worker's image; parallel_lab.image_uri when left out."),
    replicas: count
      .optional()
      .describe("service and inference: how many containers; parallel_lab.demo_queue_n_workers when left out, or 4."),
    instance_family: text.optional().describe("service: machines of a pool that setup creates; default CPU_X64_S."),
    max_nodes: count.default(8).describe("service: the largest number of nodes of a pool that setup creates."),
    cpu: z.number().gt(0).default(2).describe("service: CPUs of a container."),
    memory: z
      .string()
      .regex(/^\d+(Gi|Mi|G|M)$/, "a number with its unit, such as 8Gi")
      .default("8Gi")
      .describe("service: memory of a container."),
    model_registry: z
      .boolean()
      .default(false)
      .describe("Whether every version is logged in Snowflake's Model Registry too; needs snowflake-ml-python there."),
    scoring: z
      .enum(SNOWFLAKE_SCORING)
      .optional()
      .describe(
        "Who scores batches: client: this process; warehouse: a table function, as when `compute` is that and this is left out; inference: the registered MODEL, in `compute_pool`.",
      ),
    static_shards: z.boolean().default(false).describe("Set by the engine in its own job services."),
  })
  .describe("The account that `engine: snowflake` works in; see docs/snowflake.md.");

const stage = z
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
    "Where artifacts are kept: a directory that other machines see too, or s3://bucket/prefix (see docs/fleets.md); in the workspace when left out.",
  );
const postgres = z
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

const slurm = z
  .strictObject({
    partition: z.string().min(1).optional(),
    account: z.string().min(1).optional(),
    options: z.array(z.string().regex(/^--?[A-Za-z]/, "an option of sbatch, such as --qos=low")).default([]),
  })
  .describe("Of Slurm only: partition, account, and further options of sbatch.");

const kubernetes = z
  .strictObject({
    image: z.string().min(1).describe("The worker's image (deploy/Dockerfile)."),
    namespace: z.string().min(1).optional(),
    context: z.string().min(1).optional().describe("Of the kubectl configuration."),
    claim: z
      .string()
      .min(1)
      .optional()
      .describe("A volume claim that many nodes may mount, for a stage in a directory."),
    mount_path: z.string().startsWith("/").optional().describe("Where the claim is mounted; as it is here."),
    secret: z.string().min(1).optional().describe("A secret whose keys become environment variables: credentials."),
    config_map: z.string().min(1).optional().describe("A config map that holds manymodel.yaml."),
    service_account: z.string().min(1).optional(),
    retries: z.int().min(0).default(3).describe("How often Kubernetes runs a task again after its pod was lost."),
  })
  .describe("Of Kubernetes only: image, namespace, volume, secret.");

const words = z.union([z.string().min(1), z.array(z.string()).min(1)]);

const fleet = z
  .strictObject({
    launcher: z.enum(["process", "slurm", "kubernetes"]).describe("What runs the machines."),
    workers: count.default(2).describe("Workers of queue mode, and of `process`: each a job's execution of its own."),
    chunks_per_task: z
      .union([z.literal("auto"), count])
      .default("auto")
      .describe("Chunks that a task trains one after another; auto: one, or as many as make 1,000 tasks."),
    throttle: count.optional().describe("Tasks that may run at the same time."),
    cpus: count.default(1).describe("CPUs of a task, which trains as many chunks at the same time."),
    memory: z
      .string()
      .regex(/^\d+(\.\d+)?[KMGT]i?$/, "an amount such as 4G")
      .optional()
      .describe("Memory of a task, such as 4G."),
    time: z
      .union([count.transform(String), z.string().regex(/^(\d+-)?\d+(:\d+){0,2}$/, "a time such as 2:00:00")])
      .optional()
      .describe("The longest that a task may run, as Slurm has it: minutes, or 2:00:00."),
    setup: z.array(z.string()).default([]).describe("Lines of shell before the command, such as `module load node`."),
    command: words.optional().describe("How manymodel is called on the machines; as it was here when left out."),
    config: z.string().min(1).optional().describe("This file as the machines see it; at the same path when left out."),
    logs: z
      .string()
      .min(1)
      .optional()
      .describe("A directory for logs; on the stage, or in the workspace, when left out."),
    shared_catalog: z
      .boolean()
      .optional()
      .describe("Whether the machines can open the catalog; with the local engine no, when left out."),
    poll: duration.describe("How often the fleet is asked how a job stands; 5s when left out."),
    slurm: slurm.prefault({}),
    kubernetes: kubernetes.optional(),
  })
  .describe("Machines that train in place of this one (see docs/fleets.md).");

/** The configuration file, `manymodel.yaml`. */
export const configSchema = z.strictObject({
  engine: z.enum(["local", "postgres", "snowflake"]).default("local").describe("Where everything runs."),
  workspace: z.string().min(1).default(".manymodel").describe("The workspace's directory, relative to this file."),
  stage: stage.optional(),
  postgres: postgres.optional(),
  source: source.optional(),
  model: model.default("auto-arima"),
  train: train.prefault({}),
  queue: queue.prefault({}),
  refine: refine.optional(),
  fleet: fleet.optional(),
  cost: cost.optional(),
  register: register.prefault({}),
  batch: batch.prefault({}),
  serve: serve.prefault({}),
  reconcile: reconcile.optional(),
  monitor: monitor.prefault({}),
  parallel_lab: parallelLab.optional(),
  snowflake: snowflake.optional(),
});

/** A validated configuration, with every default filled in. */
export type Config = z.infer<typeof configSchema>;

/** The JSON Schema of the configuration file, for editors. */
export function configJsonSchema(): object {
  return z.toJSONSchema(configSchema, { io: "input", unrepresentable: "any" });
}
