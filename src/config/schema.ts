import { RECONCILIATION_METHODS } from "@manymodel/forecast/hierarchy";
import { calendarBins, canonicalInterval } from "@manymodel/forecast/time";
import { z } from "zod";
import { CALENDAR_FIELDS } from "../core/drivers.ts";
import { SERVICE_LEVEL } from "../core/lead-time.ts";
import { MISSING_MODEL } from "../core/missing-model.ts";
import { LEVEL_RULE, levelOfQuantile } from "../core/quantile.ts";
import {
  AGGREGATES,
  FILL_ENDS,
  FILL_VALUES,
  LONGEST_HORIZON,
  NAME_RULE,
  QUERY_TABLE,
  RESAMPLINGS,
  RESERVED_ARGUMENTS,
  RUN_MODES,
  WEEKDAYS,
} from "../core/run.ts";
import { isTimeZone } from "../core/time-zone.ts";
import { count, duration, durationText } from "./common-values.ts";
import { postgres, snowflake, stage } from "./engine-blocks.ts";
import { fleet } from "./fleet-block.ts";
import { pipeline } from "./pipeline-block.ts";
import { RENAMED_KEYS } from "./renamed-keys.ts";

const fillValue = z.enum(["missing", ...FILL_VALUES]);
const tableName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "of letters, digits and _, not starting with a digit");
const columnList = z.union([
  z
    .string()
    .min(1)
    .transform((name) => [name]),
  z.array(z.string().min(1)).min(1),
]);
/** The rule for names of models, versions and aliases. */
const versionName = z.string().regex(NAME_RULE.pattern, `of ${NAME_RULE.words}`);
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
    demo_forecast_n_skus: count.optional().describe("The number of synthetic series that `setup --series` creates."),
    demo_tasks_chunks_per_job: count.optional().describe("The default of train.chunks."),
    demo_queue_n_workers: count.optional().describe("Workers of queue mode."),
  })
  .describe("The environment block of the R original, accepted unchanged.");

const intervalText = z
  .string()
  .refine(
    (text) => canonicalInterval(text) !== undefined,
    "an interval such as P1D, P1W, P1M, P3M, PT1H, W12345 or N1",
  );
const gridText = z
  .string()
  .refine(
    (text) => calendarBins(canonicalInterval(text) ?? "") !== undefined,
    "an interval such as P1D, P1W, P1M, P3M, P1Y or PT1H",
  );
const period = z.union([z.literal("auto"), count, z.array(z.number().min(1)).min(1)]);
const bound = z.union([z.number(), z.string().min(1)]);

const lag = z.int().min(-366).max(366);
const dateText = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, "a date such as 2026-12-24");
const window = z.int().min(0).max(30).default(0);
const isNumber = (text: string) => Number(text) > 1 && Number(text) < Infinity;

const source = z
  .strictObject({
    table: z
      .string()
      .min(1)
      .optional()
      .describe("A table of the workspace, or a file: .csv, .tsv, .parquet, .json, or file.duckdb:TABLE (read-only)."),
    query: z
      .string()
      .min(1)
      .optional()
      .describe("A SELECT statement over the workspace's tables, in the engine's SQL, in place of a table."),
    where: z
      .string()
      .min(1)
      .optional()
      .describe("A condition on the source's columns, in the engine's SQL, such as store = 'A'; by default all rows."),
    active: z
      .strictObject({
        within: durationText.describe(
          "How far the newest row with a target may lie behind the source's newest, such as 60d.",
        ),
      })
      .optional()
      .describe(
        "The rule for active series. Series that have ended are not forecast. By default all series are active.",
      ),
    partition_by: columnList.describe("The column, or columns, that tell partitions apart."),
    order_by: columnList.optional().describe("The order of a partition's rows; the last column is the series' time."),
    columns: columnList.optional().describe("The columns to read; by default all."),
    target: z.string().min(1).default("Y").describe("The column to forecast."),
    period: z
      .union([period, z.record(intervalText, period)])
      .default(1)
      .describe(
        "Observations per season: 7 for daily data with a week, 12 for monthly data. auto: each series' own, by its interval and a test. A list for several seasons, such as [7, 365.25]. By interval: { P1D: 7, P1M: auto }.",
      ),
    fill: z
      .union([
        fillValue.transform((value) => ({ with: value, until: "panel" as const })),
        z.strictObject({
          with: fillValue,
          until: z
            .enum(FILL_ENDS)
            .default("panel")
            .describe("To the newest time at which any series has a target, or this series."),
        }),
      ])
      .default({ with: "missing", until: "panel" })
      .describe(
        "The meaning of a time without a row. zero: nothing was sold. forward: the value before holds. missing: unknown.",
      ),
    duplicates: z
      .enum(["fail", "keep", ...AGGREGATES])
      .default("fail")
      .describe(
        "Rows of one partition with the same time: fail that partition, keep them (data without a time only), or make one of them by the sum, mean, max or min of the target, or the first or last row.",
      ),
    resample: z
      .union([
        gridText.transform((to) => ({ to, by: "sum" as const })),
        z.strictObject({
          to: gridText,
          week_starts: z.enum(WEEKDAYS).optional().describe("The day on which a week begins; by default monday."),
          by: z
            .enum(RESAMPLINGS)
            .default("sum")
            .describe("What the target of a step is: the sum or the mean of its rows."),
        }),
      ])
      .optional()
      .describe("Trains on a coarser grid: P1W makes the rows of each week one row. Also P1D, P1M, P3M, P1Y, PT1H."),
    lower_bound: bound
      .optional()
      .describe("The lower bound of forecasts and intervals: a number, or a column; by default unbounded."),
    upper_bound: bound
      .optional()
      .describe("The upper bound of forecasts and intervals: a number, or a column; by default unbounded."),
    integer: z
      .boolean()
      .default(false)
      .describe("Whether intervals are rounded outwards to whole numbers. Point forecasts never are."),
    regressors: z
      .array(
        z.union([
          z.string().min(1),
          z.strictObject({
            column: z.string().min(1),
            lag: z
              .union([lag, z.array(lag).min(1)])
              .default(0)
              .describe("Steps back: 1 is the step before, -1 the one after. A list for several."),
            missing: z.number().optional().describe("The value of a step without one."),
          }),
        ]),
      )
      .min(1)
      .optional()
      .describe(
        "Columns that drive series and are known ahead, such as promotions and prices: numbers, booleans, or texts. See docs/drivers.md.",
      ),
    calendar: z
      .array(z.enum(CALENDAR_FIELDS))
      .min(1)
      .optional()
      .describe(
        "Calendar fields of a step's time that drive series: dayOfWeek, month, dayOfMonth, hour, weekend, monthStart, monthEnd, payday.",
      ),
    holidays: z
      .strictObject({
        country: z
          .string()
          .min(2)
          .optional()
          .describe("A country by its code, such as DE (needs the package date-holidays)."),
        region: z.string().min(1).optional().describe("A state or province of it, such as BY."),
        before: window.describe("How many days before have an effect of their own."),
        after: window.describe("How many days after."),
        days: z
          .record(z.string().min(1), z.array(dateText).min(1))
          .optional()
          .describe("Further days by name, with their dates, past and future."),
      })
      .refine(({ country, days }) => country !== undefined || days !== undefined, "a country, or days of your own")
      .optional()
      .describe("Holidays that drive series: those of a country, and days of your own."),
    fourier: z
      .record(
        z.string().refine(isNumber, "a number of observations above 1, such as 365.25"),
        z.union([z.literal("auto"), count]),
      )
      .optional()
      .describe("Long seasons as pairs of sine and cosine: how many, or auto, by AICc. { 365.25: auto }"),
    attributes: columnList
      .optional()
      .describe(
        "Columns that assign a series to groups, such as a category or a store; the newest value of each series is kept in PARTITION_ATTRIBUTES.",
      ),
    value: z
      .string()
      .min(1)
      .optional()
      .describe(
        "The value of a unit: a column, or an expression of the engine's SQL such as PRICE - COST; the newest value of each series is kept as UNIT_VALUE.",
      ),
    interval: intervalText
      .optional()
      .describe(
        "The interval of all series, such as P1D, P1W, P1M or PT1H; by default each series' own, from its times.",
      ),
    time_zone: z
      .string()
      .refine(isTimeZone, "the name of a time zone such as Europe/Berlin or America/New_York")
      .optional()
      .describe("The time zone of the timestamps, or of the days that they begin; by default none."),
  })
  .refine(({ table, query }) => (table === undefined) !== (query === undefined), {
    message: "stated, or source.query instead of it",
    path: ["table"],
  })
  .transform(({ table = QUERY_TABLE, ...others }) => ({ ...others, table }))
  .describe("The rows of the series.");

const model = z
  .union([
    z.string().min(1),
    z.strictObject({
      name: z.string().min(1),
      options: z.record(z.string(), plain).default({}),
      external: z
        .array(z.string().min(1))
        .default([])
        .describe(
          "Packages of a definition that are not bundled, but installed where workers run, such as native code.",
        ),
    }),
  ])
  .describe(
    "A built-in model (a method such as auto-arima, ets, theta or best, or learned, global, store-sales, churn, sensor-anomalies: see docs/models.md), or the path of a definition.",
  );

const train = z
  .strictObject({
    mode: z.enum(RUN_MODES).default("tasks").describe("The way to dispatch chunks."),
    chunks: z
      .union([z.literal("auto"), count])
      .optional()
      .describe(
        "The number of chunks of a run; auto: about 16 per worker, none above 2,000 partitions, and none below 250 for means, naive and intermittent methods.",
      ),
    workers: z
      .union([z.literal("auto"), count])
      .default("auto")
      .describe("Worker threads; auto: one per core."),
    max_attempts: count.default(3).describe("The number of attempts at a chunk before its partitions fail."),
    max_failed: z
      .union([z.int().min(0), z.number().min(0).lt(1)])
      .optional()
      .describe("The number, or share, of failed partitions after which no new chunk starts; by default unlimited."),
    fit_timeout: duration.describe(
      "The longest time of a body for one partition before that fails; by default unlimited.",
    ),
    memory_limit_mb: count
      .optional()
      .describe("Megabytes of heap that a worker may use before its partition fails; by default Node's own limit."),
    seed: z.int().min(0).max(4294967295).default(1).describe("Seed of all random numbers."),
    horizon: horizon.default(30).describe("Steps of the forecast kept beside each model."),
    holdout: z.int().min(0).default(30).describe("Observations held out at the end to measure accuracy; 0: none."),
    origins: count
      .default(1)
      .describe(
        "Origins from which the holdout is forecast, each a holdout before the next. holdout_* are the means over them. From 2 on, refine and champions choose by the origins before the last (holdout_earlier_*), and the last (holdout_last_*) says what to expect.",
      ),
    lag: count
      .optional()
      .describe(
        "Steps ahead at which orders are placed: the holdout is also measured by forecasts made that many steps before (holdout_lag_*), and against seasonal naive (holdout_value_added).",
      ),
    key_arg: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "a variable name")
      .refine(
        (name) => !RESERVED_ARGUMENTS.includes(name),
        `none of ${RESERVED_ARGUMENTS.join(", ")}, by which the body receives something else`,
      )
      .default("unit_id")
      .describe("The name under which a model definition receives its partition's key."),
    changed_only: z
      .boolean()
      .default(false)
      .describe("Train only partitions whose data have changed since the newest version; the others are carried over."),
    exports: z.record(z.string(), plain).default({}).describe("Values sent to the model definition as `exports`."),
  })
  .describe("Training.");

const queue = z
  .strictObject({
    n_workers: z
      .union([z.literal("auto"), count])
      .optional()
      .describe("The number of workers to start, or to expect; by default train.workers."),
    worker_type: z
      .enum(["ephemeral", "persistent"])
      .default("ephemeral")
      .describe("ephemeral: workers are started for the run. persistent: `manymodel worker` processes serve it."),
    pre_warm: z.boolean().default(true).describe("Whether the first chunk waits until all workers are ready."),
    time_budget: duration.describe("The time from the first claim after which no new chunk starts; by default none."),
    hard_deadline: duration.describe("The time from the first claim after which running chunks fail; by default none."),
  })
  .describe("Queue mode (train.mode: queue).");

const register = z
  .strictObject({
    model: versionName.default("MANY_MODEL_FORECAST").describe("The model's name."),
    alias: versionName
      .optional()
      .describe(
        "An alias that points at the newest version that `pipeline run` registered, or with pipeline.promote at the newest that passed the gate.",
      ),
  })
  .describe("Registering.");

const batch = z
  .strictObject({
    input_table: z.string().min(1).optional().describe("The table to score; by default source.table."),
    output_table: tableName.default("FORECAST_RESULTS").describe("The table of forecasts."),
    horizon: horizon.optional().describe("Steps to forecast; by default the version's own."),
    levels: z
      .array(z.number().min(1, LEVEL_RULE).lt(100, LEVEL_RULE))
      .min(1)
      .default([80, 95])
      .describe("Coverage of the prediction intervals in percent."),
    quantiles: z
      .array(
        z
          .number()
          .gt(0)
          .lt(1)
          .refine((q) => q === 0.5 || levelOfQuantile(q) >= 1, "0.5 itself, or further than 0.005 from it"),
      )
      .default([])
      .describe("Quantiles to forecast, such as 0.1, 0.5 and 0.9 (columns Q_10, Q_50, Q_90)."),
    missing_model: z
      .enum(MISSING_MODEL)
      .default("status")
      .describe(
        "The result of a partition without a model. status: a row that says so. error: the batch fails and writes nothing. fallback: a seasonal naive forecast. global: a forecast by the model that all partitions share (model: global).",
      ),
    lead_time: z
      .union([count, z.string().min(1)])
      .optional()
      .describe(
        "Steps until an order arrives, or the column that has them: adds LEAD_DEMAND, ORDER_UP_TO and SAFETY_STOCK to the row of that step.",
      ),
    service_level: z
      .number()
      .gt(0)
      .lt(1)
      .default(SERVICE_LEVEL)
      .describe("The probability that the demand over the lead time does not exceed ORDER_UP_TO."),
    future_table: z
      .string()
      .min(1)
      .optional()
      .describe("A table of values known ahead: a row for each partition and future time."),
    advance: z
      .boolean()
      .default(true)
      .describe("Whether models are updated with rows of the input that are newer than their training data."),
    incremental: z
      .boolean()
      .default(false)
      .describe("Whether rows of the last batch are carried over if neither data, model nor options have changed."),
    readings: z
      .boolean()
      .default(false)
      .describe("Whether rows that are newer than the models are judged, one by one, in place of forecasts."),
    readings_table: tableName.default("READING_RESULTS").describe("The table of verdicts on readings."),
    alerts: z
      .strictObject({
        webhook: z.url({ protocol: /^https?$/ }).describe("Where to POST what is wrong with sensors, as JSON by kind."),
        kinds: z.array(z.string()).optional().describe("The kinds to send, such as stuck; by default all."),
        quiet: duration.describe("The least time between alerts of the same sensor and kind; by default 1h."),
        quiet_hours: z
          .string()
          .regex(/^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/, "hours in UTC such as 22:00-06:00")
          .optional()
          .describe("Hours in UTC in which nothing is sent, such as 22:00-06:00."),
        timeout: duration.describe("The longest time of each of three attempts; by default 10s."),
      })
      .optional()
      .describe("The alerts of a batch of readings."),
  })
  .describe("Batch scoring.");

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
    caller_header: z
      .string()
      .min(1)
      .optional()
      .describe(
        "The header in which a proxy sends the user's name, who is then a viewer without a token; only if every request comes through that proxy.",
      ),
    tokens: z.string().min(1).optional().describe("The folder of tokens; by default `tokens` in the workspace."),
    workers: z
      .union([z.literal("auto"), count])
      .default("auto")
      .describe("Threads that models predict in; auto: one less than cores."),
    max_keys: count.default(1000).describe("The largest number of keys of a request."),
    max_horizon: count.default(1000).describe("The largest horizon of a request."),
    max_body_kb: count.default(1024).describe("The largest size of a request, in KiB."),
    max_values: count
      .default(250_000)
      .describe("The largest number of JSON values of a request: numbers, texts, lists, objects."),
    max_numbers: count
      .default(2_000_000)
      .describe("The largest number of numbers of an answer: keys times steps times (1 + 2 x levels)."),
    max_concurrent: count.default(256).describe("The largest number of requests under way; further ones get 503."),
    timeout: duration.unwrap().default("10s").describe("The longest time of a request."),
    predict_timeout: duration.unwrap().default("2s").describe("The longest time of `predict` for one partition."),
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
        "The hierarchy's levels, the leaves' first: `by` its key columns ([]: the total), `table` its forecasts (by default sums of the leaves), `residuals` a table for mint-shrink.",
      ),
    method: z.enum(RECONCILIATION_METHODS).default("wls-struct").describe("The method; see docs/hierarchy.md."),
    output_table: tableName.default("RECONCILED_FORECASTS").describe("The table of reconciled forecasts."),
    time: z
      .string()
      .min(1)
      .optional()
      .describe("The column of the forecasts' times; by default the last of source.order_by, or STEP."),
    attributes: z
      .string()
      .min(1)
      .optional()
      .describe(
        "A table of the leaves' key columns and of further ones that levels are by; levels may name source.attributes without it.",
      ),
    non_negative: z
      .boolean()
      .optional()
      .describe("Whether leaves' forecasts below zero become zero; by default where source.lower_bound is 0 or more."),
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
    worst_percent: z.number().gt(0).max(100).default(20).describe("The percentage of the partitions to refine."),
    candidates: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe("Methods that compete; by default those that suit each series."),
    windows: count.default(3).describe("Origins from which each candidate forecasts."),
    tie: z
      .number()
      .min(0)
      .lt(1)
      .default(0)
      .describe(
        "The share by which an error may exceed the least error and still tie with it, such as 0.02. On a tie the cheaper method, or run, wins.",
      ),
    offenders: z
      .boolean()
      .default(false)
      .describe(
        "In `pipeline run`: refine the partitions that drift, as pipeline.monitor finds, instead of the worst.",
      ),
    time_budget: duration.describe("As queue.time_budget, for refining."),
    hard_deadline: duration.describe("As queue.hard_deadline, for refining."),
  })
  .describe("Refining the worst partitions in queue mode (`manymodel refine`, `manymodel pipeline run`).");

const share = z.number().gt(0).lt(1);

const monitor = z
  .strictObject({
    forecasts: z.string().min(1).optional().describe("The table of forecasts; by default batch.output_table."),
    actuals: z
      .string()
      .min(1)
      .optional()
      .describe("The table or file of the observations, old and new; by default source.table."),
    ledger_table: tableName.default("ACCURACY_LEDGER").describe("The table of forecasts with their observations."),
    status_table: tableName
      .default("MONITOR_STATUS")
      .describe("The table of verdicts, with a row for each partition and monitoring run."),
    measures_table: tableName
      .default("MONITOR_MEASURES")
      .describe("The table of AUC, calibration and the drift of features, for models of rows."),
    window: count.default(30).describe("The number of latest times to test; the CUSUM also remembers older ones."),
    min_observations: count.default(8).describe("The least number of errors for a verdict."),
    cusum_reference: z
      .number()
      .min(0)
      .default(0.5)
      .describe("k: half of the lasting shift of the errors that the CUSUM finds soonest, in standard deviations."),
    cusum_decision: z
      .number()
      .gt(0)
      .default(12)
      .describe("h: above this a cumulative sum means drift, above 70 % of it the verdict is watch."),
    coverage_tolerance: z
      .number()
      .min(0)
      .lt(100)
      .default(5)
      .describe("The percentage points by which coverage may be below the level."),
    false_discovery_rate: share
      .default(0.01)
      .describe("The expected share of false findings of the tests of coverage, missing and zero values."),
    watch_ratio: z
      .number()
      .gt(0)
      .default(2)
      .describe("The ratio of errors to the holdout's from which the verdict is watch."),
    watch_shift: z
      .number()
      .gt(1)
      .default(3)
      .describe(
        "The shift of the data in standard deviations, or the factor of the spread of their changes, from which the verdict is watch.",
      ),
    max_offenders: z
      .union([z.int().min(0), share])
      .default(0)
      .describe(
        "The number, or share, of drifting partitions above which the exit code is 3 and the webhook is called.",
      ),
    webhook: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe("The URL for the alert as JSON; by default none."),
    webhook_timeout: duration.describe("The longest time of each of three attempts at the webhook; by default 10s."),
  })
  .describe("Watching forecasts when observations arrive (`manymodel monitor`).");

const cost = z
  .strictObject({ cpu_hour: z.number().gt(0).describe("Price of an hour of one CPU, in any currency.") })
  .describe("The price of computing, for `manymodel plan`.");

/** The configuration file, `manymodel.yaml`. */
export const configSchema = z.strictObject({
  engine: z.enum(["local", "postgres", "snowflake"]).default("local").describe("The place of data and computing."),
  workspace: z.string().min(1).default(".manymodel").describe("The workspace's directory, relative to this file."),
  stage: stage.optional(),
  postgres: postgres.optional(),
  source: source.optional(),
  model: model.default("auto-arima"),
  train: train.prefault({}),
  queue: queue.prefault({}),
  refine: refine.optional(),
  pipeline: pipeline.optional(),
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

/** Returns the JSON Schema of the configuration file, for editors. */
export function configJsonSchema(): object {
  const schema = z.toJSONSchema(configSchema, { io: "input", unrepresentable: "any" });
  for (const [block, names] of Object.entries(RENAMED_KEYS)) {
    const properties = propertiesOf(propertiesOf(schema)[block]);
    for (const [old, now] of Object.entries(names))
      properties[old] = {
        ...(properties[now] as object),
        deprecated: true,
        description: `The former name of \`${block}.${now}\`.`,
      };
  }
  return schema;
}

const propertiesOf = (schema: unknown) => (schema as { properties: Record<string, unknown> }).properties;

/** A configuration as a file has it, or as `open` takes it. Keys with a default may be left out. */
export type ConfigInput = z.input<typeof configSchema>;
