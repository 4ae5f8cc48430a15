import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { connect } from "manymodel";
import { whyNotPlausible } from "../../packages/forecast/test/properties/plausible.ts";
import type { PartitionOutcome } from "../../src/core/artifact.ts";
import type { Place } from "../engines/places.ts";
import { hashOf } from "../golden/hashes.ts";
import { manymodel } from "../snowflake/command.ts";
import { runRows } from "../workspace.ts";
import { awkwardCsv, awkwardSkus, quantities, type Sku } from "./skus.ts";

/** The way the SKUs are trained and scored. */
export interface Plan {
  readonly skus: number;
  readonly methods: readonly string[];
  readonly workers: number;
  readonly chunks: number;
  readonly order: "sorted" | "mixed";
}

/** The outcomes of the SKUs. */
export interface Findings {
  /** A hash of everything that a partition's model and forecasts are, by method and SKU. */
  readonly results: ReadonlyMap<string, string>;
  /** Failures for which no reason of `ACCEPTED` stands. */
  readonly unexplained: readonly string[];
  readonly implausible: readonly string[];
  /** Numbers of partitions that failed or were not scored, by accepted reason. */
  readonly accepted: ReadonlyMap<string, number>;
}

const DAYS = 114;
/** Number of days between training and scoring. */
const LATER = 5;

/** The factor that a method applies to every forecast by definition: half of alpha, which is 0.1. */
const BIAS: Readonly<Record<string, number>> = { sba: 0.95 };

/** Reasons why a planner accepts that a method has no model of a series, by message. */
const ACCEPTED: readonly (readonly [message: RegExp, reason: string])[] = [
  [/demand may not be negative/, "a method for demand, and returns"],
  [/observed value.* needed/, "too few observations"],
  [/fit into \d+ values|no observed value in/, "less than a season"],
  [/complete rows are not enough/, "too few observations"],
];

/** Trains each method on the SKUs in a workspace of its own, registers its models, and scores them over newer rows. */
export async function workOnAwkward(place: Place, plan: Plan): Promise<Findings> {
  const folder = await mkdtemp(path.join(tmpdir(), "manymodel-awkward-"));
  const configure = (name: string, config: object) =>
    writeFile(path.join(folder, `${name}.yaml`), JSON.stringify({ ...place.settings, ...config }));
  await configure("manymodel", {});
  const mm = await connect(path.join(folder, "manymodel.yaml"));
  try {
    await mm.engine.preparation?.prepare();
    const series = awkwardSkus(plan.skus, DAYS, LATER);
    for (const [table, until] of [
      ["AWKWARD", DAYS],
      ["AWKWARD_LATER", DAYS + LATER],
    ] as const) {
      const file = path.join(folder, `${table}.csv`);
      await writeFile(file, awkwardCsv(series, until, plan.order));
      await mm.engine.tables.import(file, table, { replace: false });
    }
    const judge = new Judge(series);
    for (const method of plan.methods) {
      const output = `SCORED_${method.replaceAll("-", "_").toUpperCase()}`;
      await configure(method, {
        model: method,
        source: { table: "AWKWARD", partition_by: "SKU", order_by: "DAY", target: "QTY", period: 7 },
        train: { horizon: 7, holdout: 7, seed: 3, workers: plan.workers, chunks: plan.chunks },
        register: { model: method },
        batch: { input_table: "AWKWARD_LATER", output_table: output, levels: [95] },
      });
      const steps: Step[] = await manymodel(folder, "pipeline", "run", "--config", `${method}.yaml`);
      for (const { result } of steps)
        if (typeof result.run === "string")
          for (const row of await runRows(mm, result.run)) judge.takeTrained(method, row);
      const { length, columns } = await mm.engine.output.published(output, null, [...SCORED]);
      for (let i = 0; i < length; i++)
        judge.takeScored(
          method,
          SCORED.map((column) => columns[column]?.values[i] ?? null),
        );
    }
    return judge;
  } finally {
    await mm.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** A step in the output of `pipeline run`. */
interface Step {
  readonly result: Readonly<Record<string, unknown>>;
}

/** The columns of a scored row that are compared. */
const SCORED = ["SKU", "STEP", "FORECAST", "LO_95", "HI_95", "STATUS", "ERROR_MESSAGE", "DAY"] as const;

/** Collects what became of the SKUs. */
class Judge implements Findings {
  readonly results = new Map<string, string>();
  readonly unexplained: string[] = [];
  readonly implausible: string[] = [];
  readonly accepted = new Map<string, number>();
  readonly #series: ReadonlyMap<string, Sku>;

  constructor(series: readonly Sku[]) {
    this.#series = new Map(series.map((one) => [one.sku, one]));
  }

  takeTrained(method: string, { fitMs: _, attempt: __, position: ___, ...row }: PartitionOutcome): void {
    const name = `${method}/${row.key}`;
    this.results.set(name, hashOf(row));
    if (row.outcome !== "succeeded") this.#takeFailure(name, `${row.errorType}: ${row.errorMessage}`);
    if (row.forecast === null) return;
    const forecasts: number[] = JSON.parse(row.forecast);
    this.#takeForecasts(method, name, String(row.key), DAYS, forecasts);
  }

  /** @param row - the values of the columns `SCORED` */
  takeScored(method: string, row: readonly unknown[]): void {
    const [sku, step, mean, , , status, message] = row;
    const name = `${method}/${sku}/scored/${step}`;
    this.results.set(name, hashOf(row));
    if (status === "ERROR") this.#takeFailure(name, String(message));
    if (status === "OK" && step === 1) this.#takeForecasts(method, name, String(sku), DAYS + LATER, [Number(mean)]);
  }

  #takeForecasts(method: string, name: string, key: string, until: number, forecasts: readonly number[]): void {
    const sku = this.#series.get(key);
    if (sku === undefined) throw new Error(`there is no SKU ${JSON.stringify(key)}`);
    const fair = Float64Array.from(forecasts, (value) => value / (BIAS[method] ?? 1));
    const why = whyNotPlausible(quantities(sku, until), fair);
    if (why !== undefined) this.implausible.push(`${name}: ${why}`);
  }

  #takeFailure(name: string, message: string): void {
    const reason = ACCEPTED.find(([pattern]) => pattern.test(message))?.[1];
    if (reason === undefined) this.unexplained.push(`${name}: ${message}`);
    else this.accepted.set(reason, (this.accepted.get(reason) ?? 0) + 1);
  }
}
