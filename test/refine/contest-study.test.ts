import { writeFileSync } from "node:fs";
import { accuracy } from "@manymodel/forecast";
import type { ManyModel } from "manymodel";
import { expect, it, onTestFinished } from "vitest";
import { stringify } from "yaml";
import { meanDifference } from "../../scripts/best-study/bootstrap.ts";
import { at } from "../../src/core/aligned.ts";
import { completedRun, readIndex, segmentRows } from "../../src/runs/read-index.ts";
import { ENGINES } from "../engines/places.ts";
import { fillTable, openWorkspace } from "../workspace.ts";
import { chainOfShops, JUDGED, rowsOf, SALES, type ShopSeries, TRAINED } from "./chain-of-shops.ts";

const PARTITIONS = Number(process.env.MANYMODEL_CONTEST_PARTITIONS ?? 10);
const RESULT = process.env.MANYMODEL_CONTEST_RESULT;
const CONFIG = `
source:
  table: SALES
  partition_by: SKU
  order_by: DAY
  target: QTY
  period: 7
  regressors: [PROMO]
  attributes: [CATEGORY, SHOP]
  lower_bound: 0
train: { horizon: ${JUDGED}, holdout: ${JUDGED}, workers: 2 }
batch: { future_table: PLAN }
`;
/** The share of partitions that are refined, and the methods that compete for each. */
const REFINED = 25;
const CANDIDATES = ["ets", "theta", "tsb"];
/** The number of trees: fewer where few series would only be learnt by heart. */
const ROUNDS = PARTITIONS < 100 ? 30 : 200;

const postgres = ENGINES.find(({ engine }) => engine === "postgres");

/** A run, its mean error over the holdout and over the month after it, and its CPU time. */
interface Judged {
  readonly name: string;
  readonly run: string;
  readonly partitions: number;
  readonly holdout: number;
  /** The MASE of each series over the judging month, by key; NaN where it has none. */
  readonly judged: ReadonlyMap<string, number>;
  readonly wape: number;
  readonly bias: number;
  readonly seconds: number;
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value / values.length, 0);
const cpuSeconds = () => process.cpuUsage().user / 1e6;

/** Judges a run by the month that none has seen. */
async function judge(
  mm: ManyModel,
  series: readonly ShopSeries[],
  { name, run, seconds }: { readonly name: string; readonly run: string; readonly seconds: number },
): Promise<Judged> {
  const outputTable = `FORECASTS_${name.toUpperCase()}`;
  const { model, version } = await mm.models.register({ run, model: name });
  await mm.score({ model, version, outputTable, levels: [80] });
  const forecasts = new Map<string, number[]>();
  for await (const row of mm.tables.rows(
    `SELECT SKU, FORECAST FROM ${outputTable} WHERE FORECAST IS NOT NULL ORDER BY SKU, STEP`,
  ))
    forecasts.set(String(row.SKU), [...(forecasts.get(String(row.SKU)) ?? []), Number(row.FORECAST)]);
  let [errors, bias, size] = [0, 0, 0];
  const judged = new Map<string, number>();
  for (const { sku, quantity } of series) {
    const forecast = forecasts.get(sku);
    if (forecast === undefined) continue;
    const [training, actual] = [quantity.slice(0, TRAINED), quantity.slice(TRAINED)];
    judged.set(sku, accuracy(actual, forecast, { training, period: 7 }).mase);
    for (const [step, value] of actual.entries()) {
      errors += Math.abs(value - at(forecast, step));
      bias += at(forecast, step) - value;
      size += value;
    }
  }
  const measured: number[] = [];
  const { index } = await completedRun(mm.engine, run);
  const { segments } = await readIndex(mm.engine.stage, index, `run ${run} was completed`);
  // Of champions the rows that their index selects.
  for (const segment of segments)
    for (const { row } of await segmentRows(mm.engine.stage, segment, { summary: true })) {
      const { holdout_mase: mase } = JSON.parse(row.metrics ?? "{}") as { holdout_mase?: number };
      if (mase !== undefined) measured.push(mase);
    }
  return {
    ...{ name, run, seconds, judged, partitions: forecasts.size },
    ...{ holdout: mean(measured), wape: errors / size, bias: bias / size },
  };
}

/** Screens, learns, trains one model of all and refines; the champions are the best of all by their holdouts. */
async function study(mm: ManyModel): Promise<{ runs: Judged[]; from: Readonly<Record<string, number>> }> {
  const series = chainOfShops(PARTITIONS, 7);
  await fillTable(mm, "SALES", SALES, rowsOf(series, 0, TRAINED));
  const plan = rowsOf(series, TRAINED, TRAINED + JUDGED).map(([sku, day, , promo]) => [sku, day, promo]);
  await fillTable(mm, "PLAN", [at(SALES, 0), at(SALES, 1), at(SALES, 3)], plan);
  const timed: { name: string; run: string; seconds: number }[] = [];
  const take = async (name: string, train: () => Promise<{ readonly runId: string }>) => {
    const began = cpuSeconds();
    const { runId } = await train();
    timed.push({ name, run: runId, seconds: cpuSeconds() - began });
  };
  await take("screen", () => mm.train("holt-winters", { runId: "screen" }));
  await take("learned", () => mm.train("learned", { runId: "learned" }));
  await take("global", () => mm.train({ name: "global", options: { rounds: ROUNDS } }, { runId: "global" }));
  await take("refined", () =>
    mm.refine({ from: "screen", runId: "refined", worstPercent: REFINED, candidates: CANDIDATES, windows: 1 }),
  );
  let from: Readonly<Record<string, number>> = {};
  await take("champions", async () => {
    const champions = await mm.runs.champions({ runs: timed.map(({ run }) => run), runId: "champions" });
    from = champions.from;
    return champions;
  });
  await take("by_category", () =>
    mm.runs.champions({ runs: ["screen", "learned", "global"], group: "CATEGORY", runId: "by_category" }),
  );
  const runs: Judged[] = [];
  for (const run of timed) runs.push(await judge(mm, series, run));
  return { runs, from };
}

/** Returns the result as a document shows it. */
function tableOf(runs: readonly Judged[], from: Readonly<Record<string, number>>): string {
  const champions = at(runs, 4);
  const minus = (value: number, digits: number) => value.toFixed(digits).replace("-", "−");
  const rows = runs.map(({ name, run, partitions, holdout, judged, wape, bias, seconds }) => {
    const pairs = [...judged].flatMap(([sku, mase]) => {
      const other = champions.judged.get(sku);
      const difference = other === undefined ? NaN : other - mase;
      return Number.isFinite(difference) ? [difference] : [];
    });
    const { mean: difference, lower, upper } = meanDifference(pairs);
    const errors = [...judged.values()].filter(Number.isFinite);
    const against = name === champions.name ? "" : `${minus(difference, 4)} [${minus(lower, 4)}, ${minus(upper, 4)}]`;
    return `| ${name} | ${partitions} | ${holdout.toFixed(3)} | ${mean(errors).toFixed(3)} | ${against} | ${(100 * wape).toFixed(1)} % | ${minus(100 * bias, 1)} % | ${from[run] ?? ""} | ${seconds.toFixed(0)} |`;
  });
  return [
    "| run | partitions | MASE, holdout | MASE, judge | champions less this run | WAPE, judge | bias, judge | chosen | CPU s |",
    "|---|---|---|---|---|---|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}

it("lets local, learned and global models compete, and champions choose among them", async () => {
  const { runs, from } = await study(await openWorkspace("local", CONFIG));
  if (RESULT !== undefined) writeFileSync(RESULT, tableOf(runs, from));
  const [screen, learned, global, refined, champions] = runs;
  for (const { partitions } of [screen, learned, global, champions].map((run) => run ?? at(runs, 0)))
    expect(partitions).toBe(PARTITIONS);
  expect(refined?.partitions).toBe(Math.ceil((PARTITIONS * REFINED) / 100));
  // Chosen by the holdout, they cannot be worse over it.
  for (const { holdout, partitions } of runs)
    if (partitions === PARTITIONS) expect(champions?.holdout).toBeLessThanOrEqual(holdout + 1e-12);
  expect(Object.values(from).reduce((sum, count) => sum + count, 0)).toBe(PARTITIONS);
  expect(from.global).toBeGreaterThan(0);
});

it.skipIf(postgres?.missing !== undefined)(
  "chooses the same champions on PostgreSQL, by the same forecasts",
  async () => {
    const place = await postgres?.open();
    if (place === undefined) throw new Error("PostgreSQL is no engine of the tests");
    onTestFinished(() => place.close());
    const local = await openWorkspace("local", CONFIG);
    const other = await openWorkspace("local", `${CONFIG}\n${stringify(place.settings)}`);
    await other.engine.preparation?.prepare();
    const [here, there] = [await study(local), await study(other)];
    const forecasts = ({ runs }: typeof here) => runs.map(({ seconds: _, ...run }) => run);
    expect(there.from).toEqual(here.from);
    expect(forecasts(there)).toEqual(forecasts(here));
  },
);
