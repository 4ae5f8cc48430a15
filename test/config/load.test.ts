import { describe, expect, it } from "vitest";
import { parseConfig } from "../../src/config/load.ts";
import { configJsonSchema } from "../../src/config/schema.ts";

const error = (text: string) =>
  parseConfig(text, "manymodel.yaml").then(
    () => "accepted",
    (e) => `${e.kind}: ${e.message}`,
  );

const source = (more: string) => `source: { table: T, partition_by: ID, ${more} }`;

describe("configuration", () => {
  it("takes intervals and horizons that can be", async () => {
    expect((await parseConfig(source("interval: P1W"), "f")).source!.interval).toBe("P1W");
    expect(await error(source("interval: weekly"))).toContain("an interval such as P1D");
    expect(await error("train: { horizon: 1000000000 }")).toContain("50000");
  });

  it("takes periods of every form, and grids that have a place in the calendar", async () => {
    const read = async (line: string) => (await parseConfig(source(line), "f")).source;
    for (const [written, period] of [
      ["auto", "auto"],
      ["7", 7],
      ["[7, 365.25]", [7, 365.25]],
      ["{ P1D: 7, P1W: auto, PT1H: [24, 168] }", { P1D: 7, P1W: "auto", PT1H: [24, 168] }],
    ])
      expect(await read(`period: ${written}`)).toMatchObject({ period });
    expect(await read("resample: P1W")).toMatchObject({ resample: { to: "P1W", by: "sum" } });
    expect(await read("resample: { to: P1M, by: mean }")).toMatchObject({ resample: { to: "P1M", by: "mean" } });
    for (const line of ["period: weekly", "period: 0", "period: [0.5]", "period: { daily: 7 }", "period: []"])
      expect(await error(source(line)), line).toMatch(/source\.period/);
    for (const line of ["resample: P2W", "resample: weekly", "resample: { to: P1W, by: max }", "resample: N1"])
      expect(await error(source(line)), line).toMatch(/source\.resample/);
  });

  it("fills in every default", async () => {
    expect(await parseConfig("source: { table: T, partition_by: ID }", "f")).toEqual({
      engine: "local",
      workspace: ".manymodel",
      source: {
        table: "T",
        partition_by: ["ID"],
        target: "Y",
        period: 1,
        integer: false,
        duplicates: "fail",
        fill: { with: "missing", until: "panel" },
      },
      model: "auto-arima",
      train: {
        mode: "tasks",
        workers: "auto",
        max_attempts: 3,
        seed: 1,
        horizon: 30,
        holdout: 30,
        origins: 1,
        key_arg: "unit_id",
        changed_only: false,
        exports: {},
      },
      queue: { worker_type: "ephemeral", pre_warm: true },
      register: { model: "MANY_MODEL_FORECAST" },
      batch: {
        output_table: "FORECAST_RESULTS",
        levels: [80, 95],
        quantiles: [],
        readings: false,
        readings_table: "READING_RESULTS",
        service_level: 0.95,
        missing_model: "status",
        advance: true,
        incremental: false,
      },
      serve: {
        host: "127.0.0.1",
        port: 8080,
        hosts: [],
        workers: "auto",
        cache_mb: 256,
        timeout: "10s",
        predict_timeout: "2s",
        max_keys: 1000,
        max_horizon: 1000,
        max_body_kb: 1024,
        max_values: 250_000,
        max_numbers: 2_000_000,
        max_concurrent: 256,
      },
      monitor: {
        ledger_table: "ACCURACY_LEDGER",
        status_table: "MONITOR_STATUS",
        measures_table: "MONITOR_MEASURES",
        window: 30,
        min_observations: 8,
        cusum_reference: 0.5,
        cusum_decision: 12,
        coverage_tolerance: 5,
        false_discovery_rate: 0.01,
        watch_ratio: 2,
        watch_shift: 3,
        max_offenders: 0,
      },
    });
    expect((await parseConfig("", "f")).workspace).toBe(".manymodel");
  });

  it("accepts the parallel_lab block of the R original as it stands", async () => {
    const { parallel_lab } = await parseConfig(
      `parallel_lab:
  compute_pool: MY_COMPUTE_POOL
  image_uri: "mydb.myschema.myrepo/dosnowflake-worker:latest"
  dosnowflake_stage_name: DOSNOWFLAKE_STAGE
  queue_table: DOSNOWFLAKE_QUEUE
  instance_family: CPU_X64_L
  demo_forecast_n_skus: 2000
  demo_tasks_chunks_per_job: 4
  demo_queue_n_workers: 4
  schemas: { source: SRC, models: MDL }
  warehouse: WH
`,
      "f",
    );
    expect(parallel_lab).toMatchObject({
      compute_pool: "MY_COMPUTE_POOL",
      demo_tasks_chunks_per_job: 4,
      schemas: { source: "SRC" },
    });
  });

  it("takes former names of keys, but not both names of one", async () => {
    const former = await parseConfig("train: { chunks_per_job: 4, model_key_arg: sku }\nregister: { name: M }", "f");
    expect(former.train).toMatchObject({ chunks: 4, key_arg: "sku" });
    expect(former).toEqual(await parseConfig("train: { chunks: 4, key_arg: sku }\nregister: { model: M }", "f"));
    expect(await error("train:\n  chunks: 4\n  chunks_per_job: 4\n")).toBe(
      "config: manymodel.yaml:3: train.chunks_per_job: is the former name of train.chunks; leave one of them out",
    );
    const { properties } = configJsonSchema() as { properties: { register: { properties: Record<string, object> } } };
    expect(properties.register.properties.name).toMatchObject({ deprecated: true, default: "MANY_MODEL_FORECAST" });
  });

  const bad: [string, string, string][] = [
    [
      "an unknown key",
      "engine: local\ntrain:\n  parts: 4\n",
      "config: manymodel.yaml:3: train.parts: unknown key; the keys here are mode, chunks, ",
    ],
    [
      "no time at all",
      "queue:\n  time_budget: 0s\n",
      'manymodel.yaml:2: queue.time_budget: is "0s"; it must be longer than 0',
    ],
    [
      "a quantile too close to the median",
      "batch:\n  quantiles: [0.1, 0.501]\n",
      "manymodel.yaml:2: batch.quantiles.1: is 0.501; it must be 0.5 itself, or further than 0.005 from it",
    ],
    [
      "a name that the body knows otherwise",
      "train:\n  model_key_arg: data\n",
      'manymodel.yaml:2: train.model_key_arg: is "data"; it must be none of data, exports',
    ],
    [
      "a name that cannot be",
      "register:\n  name: a/b\n",
      'manymodel.yaml:2: register.name: is "a/b"; it must be of letters',
    ],
    [
      "a key that is nearly one",
      "source:\n  table: T\n  partition_by: ID\n  periode: 7\n",
      "config: manymodel.yaml:4: source.periode: unknown key; did you mean period? The keys here are table, query,",
    ],
    [
      "none of several forms",
      "train:\n  workers: many\n",
      'config: manymodel.yaml:2: train.workers: is "many"; it must be "auto" or a number',
    ],
    [
      "a list without anything",
      "batch:\n  levels: []\n",
      "config: manymodel.yaml:2: batch.levels: is []; it must be a list of at least 1",
    ],
    ["an unknown top-level key", "\nsauce: {}\n", "config: manymodel.yaml:2: sauce: unknown key"],
    [
      "a wrong type",
      "train:\n  horizon: thirty\n",
      'config: manymodel.yaml:2: train.horizon: is "thirty"; it must be a number',
    ],
    [
      "a value out of range",
      "train:\n  mode: tasks\n  horizon: 0\n",
      "config: manymodel.yaml:3: train.horizon: is 0; it must be at least 1",
    ],
    [
      "a missing key",
      "source:\n  table: T\n",
      "config: manymodel.yaml:1: source.partition_by: missing; it must be a text or a list",
    ],
    [
      "an unknown engine",
      "engine: oracle\n",
      'config: manymodel.yaml:1: engine: is "oracle"; it must be "local", "postgres" or "snowflake"',
    ],
    [
      "a bad item of a list",
      "batch:\n  levels:\n    - 80\n    - 195\n",
      "config: manymodel.yaml:4: batch.levels.1: is 195",
    ],
    [
      "a level that is a share",
      "batch:\n  levels: [0.8, 0.95]\n",
      "config: manymodel.yaml:2: batch.levels.0: is 0.8; it must be a percentage of at least 1 and below 100, such as 95",
    ],
    ["a table name that is not one", "batch:\n  output_table: a b\n", 'manymodel.yaml:2: batch.output_table: is "a b"'],
    ["broken YAML", "a: [1\nb: 2\n", "config: manymodel.yaml:2: "],
    ["a key twice", "engine: local\nengine: local\n", "config: manymodel.yaml:2: Map keys must be unique"],
    ["something that is no mapping", "- 1\n", "config: manymodel.yaml:1: the file: is [1]; it must be a block of keys"],
    [
      "a time zone that is none",
      "source: { table: T, partition_by: A, time_zone: Europe/Atlantis }",
      'source.time_zone: is "Europe/Atlantis"; it must be the name of a time zone such as Europe/Berlin',
    ],
    [
      "a source without a table or a query",
      "source: { partition_by: A }",
      "config: manymodel.yaml:1: source.table: missing; it must be stated, or source.query instead of it",
    ],
    [
      "a source with a table and a query",
      "source: { table: T, query: SELECT 1, partition_by: A }",
      'source.table: is "T"; it must be stated, or source.query instead of it',
    ],
    [
      "a month, of which nobody knows how long it is",
      "source: { table: T, partition_by: A, active: { within: P1M } }",
      "60d",
    ],
    [
      "an alias bomb",
      `a: &a [x, x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]\nd: [*c, *c, *c]`,
      "config: manymodel.yaml:4: Excessive alias count",
    ],
    ["an alias of nothing", "train:\n  exports: { a: *b }\n", "config: manymodel.yaml:2: *b: there is no &b before it"],
    [
      "a value that contains itself",
      "train:\n  exports: &a\n    x: [*a]\n",
      "config: manymodel.yaml:3: *a is a part of itself",
    ],
    [
      "a key that would change objects",
      "train:\n  exports:\n    __proto__: { x: 1 }\n",
      "config: manymodel.yaml:3: __proto__: unknown key",
    ],
    ["a key that is not a text", "train:\n  [a]: 1\n", "config: manymodel.yaml:2: With stringKeys, all keys must be"],
    ["nesting without end", `train: { exports: { x: ${"[".repeat(10_000)}`, "manymodel.yaml:1: nested too deeply"],
    ["an unprintable key", '"tr\\u2028\\rain": 1\n', "config: manymodel.yaml:1: tr\\u2028\\u000dain: unknown key"],
  ];
  for (const [name, text, message] of bad)
    it(`refuses ${name}, naming file, line and key`, async () => {
      expect(await error(text)).toContain(message);
    });

  it("has a JSON Schema that describes every key", () => {
    const schema = configJsonSchema() as {
      properties: Record<string, { properties?: Record<string, { description?: string }> }>;
    };
    expect(Object.keys(schema.properties)).toEqual([
      "engine",
      "workspace",
      "stage",
      "postgres",
      "source",
      "model",
      "train",
      "queue",
      "refine",
      "pipeline",
      "fleet",
      "cost",
      "register",
      "batch",
      "serve",
      "reconcile",
      "monitor",
      "parallel_lab",
      "snowflake",
    ]);
    for (const block of ["source", "train", "batch", "serve", "reconcile", "monitor", "snowflake"])
      for (const [key, value] of Object.entries(schema.properties[block]!.properties!))
        expect(value.description, `${block}.${key}`).toBeTruthy();
  });
});
