import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { connect, type ManyModel } from "manymodel";
import type { Place } from "../engines/places.ts";
import { ALL_METHODS } from "../fixtures/bodies/any-method.ts";
import { manymodel } from "../snowflake/command.ts";
import { runRows } from "../workspace.ts";
import { hashOf, type Items } from "./hashes.ts";
import { customers, methods, promotions, readings, sales } from "./tables.ts";

/** Returns the tables of the workspace, by name. */
function tables(): Record<string, string> {
  const { past, plan } = promotions();
  const names = Object.keys(ALL_METHODS);
  return {
    ...{ SALES: sales(false), SALES_LATER: sales(true) },
    ...{ SERIES: methods(names, false), SERIES_LATER: methods(names, true) },
    ...{ PROMOTIONS: past, PLAN: plan, CUSTOMERS: customers(), READINGS: readings() },
  };
}

const TRAIN = { workers: 1, chunks_per_job: 2, seed: 5, horizon: 6, holdout: 5 };
const daily = (table: string, partitionBy: readonly string[]) => ({
  ...{ table, partition_by: partitionBy, order_by: "DAY", target: "QTY", period: 7 },
});

/** A pipeline by its name, which is its model's and its output's too; a `model` of one word is a built-in one. */
interface Pipeline {
  readonly model: string | { readonly name: string; readonly options: object };
  readonly source: object;
  readonly batch?: object;
  readonly refine?: object;
}

/** A run of each built-in definition, and of one with every method of the library. */
const PIPELINES: Readonly<Record<string, Pipeline>> = {
  SALES_ETS: {
    model: "ets",
    source: daily("SALES", ["STORE", "ITEM"]),
    // By the metric, because a gain depends on how fast the machine was.
    refine: { by: "metric", worst_percent: 70, candidates: ["naive", "theta", "auto-arima"], windows: 2 },
    batch: { input_table: "SALES_LATER", quantiles: [0.1, 0.5], missing_model: "fallback", incremental: true },
  },
  METHODS: {
    model: fileURLToPath(new URL("../fixtures/bodies/any-method.ts", import.meta.url)),
    source: daily("SERIES", ["METHOD", "ITEM"]),
    batch: { levels: [50, 95] },
  },
  PROMOTIONS_LINEAR: {
    model: { name: "store-sales", options: { regressors: ["PROMO", "PRICE"], calendar: ["dayOfWeek"] } },
    source: daily("PROMOTIONS", ["STORE"]),
    batch: { future_table: "PLAN", horizon: 4 },
  },
  CHURN: {
    model: { name: "churn", options: { features: ["TENURE", "TICKETS", "AUTOPAY"] } },
    source: { table: "CUSTOMERS", partition_by: "SEGMENT", order_by: "CUSTOMER", target: "CHURNED" },
  },
  SENSORS: {
    model: { name: "sensor-anomalies", options: { method: "holt-winters" } },
    source: { table: "READINGS", partition_by: "SENSOR", order_by: "AT", target: "READING", period: 24 },
    batch: { levels: [99.9] },
  },
  ARIMA: { model: "auto-arima", source: daily("SALES", ["STORE", "ITEM"]) },
  TBATS: { model: "tbats", source: daily("SALES", ["STORE", "ITEM"]) },
  SIMPLE: { model: "snaive", source: { ...daily("SALES", ["STORE", "ITEM"]), duplicates: "last", interval: "P1D" } },
  BEST: { model: "best", source: daily("PROMOTIONS", ["STORE"]) },
};

/** The commands to run on an engine. */
export interface Scenario {
  readonly pipelines: readonly string[];
  readonly mode: "local" | "tasks";
}

/** Everything; the other engines run what they can have a part in by keys, types, times, and what they write. */
const LOCAL: Scenario = { pipelines: Object.keys(PIPELINES), mode: "local" };
const ELSEWHERE = ["SALES_ETS", "METHODS", "PROMOTIONS_LINEAR", "SENSORS"];
export const SCENARIOS: Readonly<Record<"local" | "postgres" | "snowflake", Scenario>> = {
  local: LOCAL,
  postgres: { pipelines: ELSEWHERE, mode: "tasks" },
  snowflake: { pipelines: ELSEWHERE, mode: "tasks" },
};

/** Tells whether an item of a workspace is of a scenario. */
export const isOf =
  ({ pipelines }: Scenario) =>
  (name: string): boolean => {
    const [section, ...parts] = name.split("/");
    const isLeftOut = Object.keys(PIPELINES).some(
      (pipeline) => !pipelines.includes(pipeline) && parts.some((part) => part.replace(/_FORECASTS$/, "") === pipeline),
    );
    return section === "workspace" && !isLeftOut;
  };

/**
 * Runs pipelines in a workspace of its own, monitors and reconciles, and reads what there is afterwards: every model and every
 * failure, and every row of every table, but for run ids, points in time and durations.
 */
export async function workspaceItems(place: Place, { pipelines, mode }: Scenario): Promise<Items> {
  const folder = await mkdtemp(path.join(tmpdir(), "manymodel-golden-"));
  const configure = (name: string, config: object) =>
    writeFile(path.join(folder, `${name}.yaml`), JSON.stringify({ ...place.settings, ...config }));
  try {
    await configure("manymodel", {});
    const mm = await connect(path.join(folder, "manymodel.yaml"));
    try {
      await mm.engine.preparation?.prepare();
      for (const [name, text] of Object.entries(tables())) {
        const file = path.join(folder, `${name}.csv`);
        await writeFile(file, text);
        await mm.engine.tables.import(file, name, { replace: false });
      }
      const runs: [pipeline: string, step: string, run: string][] = [];
      for (const name of pipelines) {
        const { batch, ...pipeline } = PIPELINES[name]!;
        await configure(name, {
          ...{ ...pipeline, train: { ...TRAIN, mode }, register: { name, alias: "champion" } },
          batch: { output_table: `${name}_FORECASTS`, ...batch },
        });
        const steps: Step[] = await manymodel(folder, "pipeline", "run", "--config", `${name}.yaml`);
        for (const { step, result } of steps) if (typeof result.run === "string") runs.push([name, step, result.run]);
      }
      await configure("later", {
        source: daily("SERIES_LATER", ["METHOD", "ITEM"]),
        register: { name: "METHODS" },
        batch: { output_table: "LATER_FORECASTS", levels: [80], quantiles: [0.25] },
        monitor: { forecasts: "METHODS_FORECASTS", min_observations: 2, max_offenders: 1000 },
        reconcile: {
          levels: [{ by: ["METHOD", "ITEM"], table: "LATER_FORECASTS" }, { by: "METHOD" }, { by: [] }],
          time: "DAY",
          missing: "leave-out",
        },
      });
      await manymodel(folder, "batch", "--config", "later.yaml");
      await manymodel(folder, "monitor", "--config", "later.yaml");
      await manymodel(folder, "reconcile", "--config", "later.yaml");
      const items = new Map<string, string>();
      for (const [pipeline, step, run] of runs) await addModels(items, mm, `${pipeline}/${step}`, run);
      for (const table of [
        ...pipelines.map((name) => `${name}_FORECASTS`),
        ...["LATER_FORECASTS", "BATCH_RUNS", "ACCURACY_LEDGER", "MONITOR_STATUS"],
        ...["RECONCILED_FORECASTS", "TRAINING_RESULTS", "TRAINING_METRICS", "MODEL_INDEX"],
      ])
        await addTable(items, mm, table, runs);
      return items;
    } finally {
      await mm.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A step in the output of `pipeline run`. */
interface Step {
  readonly step: string;
  readonly result: Readonly<Record<string, unknown>>;
}

/** Adds an item for each partition of a run: a model of this kind, or a failure of this type. */
async function addModels(items: Map<string, string>, mm: ManyModel, name: string, run: string): Promise<void> {
  for (const { fitMs: _, attempt: __, model, metrics, forecast, info, ...row } of await runRows(mm, run)) {
    const parse = (text: string | null) => (text === null ? null : (JSON.parse(text) as unknown));
    const results = {
      model: parse(model),
      metrics: parse(metrics),
      forecast: parse(forecast),
      info: untimed(parse(info)),
    };
    items.set(
      `workspace/${name}/${row.partitionKey}`,
      `${row.errorType ?? row.modelKind} ${hashOf({ ...row, ...results })}`,
    );
  }
}

/** Returns a contest's report on its candidates, without their times. */
function untimed(info: unknown): unknown {
  if (info === null || typeof info !== "object" || !("ranking" in info)) return info;
  return { ...info, ranking: (info.ranking as object[]).map((candidate) => ({ ...candidate, ms: 0 })) };
}

const untimedText = (value: string | number | boolean) => String(value).replace(/"ms":[\d.e-]+/g, '"ms":0');

/** Columns that differ from run to run, or, as a fingerprint does, with the code of a definition. */
const PASSING =
  /^(run_id|model_run|mm_owner|fingerprint|batch_id|started_at|seconds|fit_seconds|fit_ms|stage_path|segment_path|attempt|checked_at|monitored_at|at|monitor_id)$/i;

/**
 * Adds an item for each partition of a table of forecasts, run of a view, or table: so many rows, in whatever order
 * they are.
 */
async function addTable(
  items: Map<string, string>,
  { engine }: ManyModel,
  table: string,
  runs: readonly (readonly [pipeline: string, step: string, run: string])[],
): Promise<void> {
  const { columns, rows } = await engine.tables.query(`SELECT * FROM ${table}`, [], 100_000);
  const names = columns.map((name) => name.toUpperCase());
  const groups = new Map<string, string[]>();
  const ofRun = names.indexOf("RUN_ID");
  for (const row of rows) {
    const of = runs.find(([, , run]) => run === row[ofRun]);
    const part = names.indexOf(table.endsWith("_FORECASTS") ? "PARTITION_KEY" : "MODEL_NAME");
    const group = of === undefined ? String(row[part]) : `${of[0]}/${of[1]}`;
    const cells = names.flatMap((name, i) => {
      // On Snowflake version 0.1.0 answers with the text NULL where a date is missing.
      const isMissing = row[i] === null || row[i] === "NULL";
      return isMissing || PASSING.test(name) ? [] : [`${name} ${typeof row[i]} ${untimedText(row[i]!)}`];
    });
    groups.set(group, [...(groups.get(group) ?? []), cells.sort().join("\0")]);
  }
  for (const [group, texts] of groups)
    items.set(`workspace/${table}/${group}`, `${texts.length} rows ${hashOf(texts.sort())}`);
}
