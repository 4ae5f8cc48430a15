import { expect, it } from "vitest";
import { holdoutForecast } from "../../dist/dashboard/series/holdout.js";
import { seriesDetail } from "../../dist/dashboard/series/series-view.js";
import type { SeriesDetail } from "../../dist/dashboard/wire.js";
import { fillTable, openWorkspace } from "../workspace.ts";

const DAY = 86_400_000;
const COLUMNS = [
  { name: "sku", type: "string" },
  { name: "day", type: "date" },
  { name: "qty", type: "number" },
] as const;

/** Effects of the days of a week, and of the months of a year. */
const WEEK = [5, 1, 1, 2, 3, 9, 8];
const YEAR = [3, 2, 4, 5, 7, 8, 9, 9, 6, 5, 4, 12];

/** 84 days of A with a week, 60 months of B with a year, and 50 days of C without any season. */
const ROWS = [
  ...Array.from({ length: 84 }, (_, t) => ["A", t * DAY, 10 * (WEEK[t % 7] ?? 0) + (t % 2)]),
  ...Array.from({ length: 60 }, (_, t) => ["B", Date.UTC(1970, t, 1), 10 * (YEAR[t % 12] ?? 0) + (t % 5)]),
  ...Array.from({ length: 50 }, (_, t) => ["C", t * DAY, 20 + ((t * t * 7) % 11)]),
];

const YAML = `source: { table: SALES, partition_by: sku, order_by: day, target: qty, period: auto }
model: snaive
train: { mode: local, horizon: 2, holdout: 7 }
batch: { levels: [80], missing_model: fallback }
`;

it("auto: each series has its own period, kept with its model, which holdout, refining, fallback and the page use", async () => {
  const mm = await openWorkspace("local", YAML);
  await fillTable(mm, "SALES", [...COLUMNS], ROWS);
  const run = await mm.train("snaive", { runId: "first" });
  const infos = async (of: string) => {
    const { rows } = await mm.tables.query(
      "SELECT PARTITION_KEY, INFO FROM TRAINING_RESULTS WHERE RUN_ID = $1 ORDER BY PARTITION_KEY",
      [of],
    );
    return rows.map(([key, info]) => [key, JSON.parse(String(info)).period]);
  };
  const periods = [
    ["s:A", 7],
    ["s:B", 12],
    ["s:C", 1],
  ];
  expect(await infos("first")).toEqual(periods);
  await mm.refine({ from: "first", runId: "refined", worstPercent: 100, by: "metric", candidates: ["drift"] });
  expect(await infos("refined")).toEqual(periods);

  const { series } = (await seriesDetail(mm.engine, "first", "s:B")) as SeriesDetail;
  expect(series).toMatchObject({ periods: [12], components: { source: "stl" } });
  // The last seven months before the holdout, one year earlier.
  const holdout = await holdoutForecast(mm.engine, "first", "s:B", "snaive");
  expect(holdout.forecast.mean).toEqual(Array.from({ length: 7 }, (_, i) => ROWS[84 + 53 - 12 + i]?.[2]));

  await mm.models.register({ run });
  await fillTable(mm, "SALES", [...COLUMNS], [...ROWS, ...ROWS.slice(0, 84).map(([, ...row]) => ["D", ...row])]);
  expect(await mm.score()).toMatchObject({ ok: 3, fallback: 1 });
  const { rows } = await mm.tables.query(
    "SELECT PARTITION_KEY, STEP, FORECAST, STATUS FROM FORECAST_RESULTS WHERE PARTITION_KEY IN ('s:A', 's:B', 's:D') ORDER BY PARTITION_KEY, STEP",
  );
  const [a, b] = [ROWS.slice(0, 84), ROWS.slice(84, 144)];
  expect(rows.map(([key, step, value, status]) => [key, Number(step), Number(value), status])).toEqual([
    ["s:A", 1, a.at(-7)?.[2], "OK"],
    ["s:A", 2, a.at(-6)?.[2], "OK"],
    ["s:B", 1, b.at(-12)?.[2], "OK"],
    ["s:B", 2, b.at(-11)?.[2], "OK"],
    ["s:D", 1, a.at(-7)?.[2], "FALLBACK"],
    ["s:D", 2, a.at(-6)?.[2], "FALLBACK"],
  ]);
});

it("resample: regressors that are known ahead, monitoring and the page are of weeks", async () => {
  const mm = await openWorkspace(
    "local",
    `source: { table: SALES, partition_by: sku, order_by: day, target: qty, resample: P1W }
model: { name: store-sales, options: { regressors: [promo], trend: false } }
train: { mode: local, horizon: 2, holdout: 0 }
batch: { levels: [80], future_table: PLAN }
monitor: { min_observations: 1 }
`,
  );
  const columns = [...COLUMNS, { name: "promo", type: "number" }] as const;
  // From Monday the 5th of January on: 2 a day, and 3 more on days with a promotion, of which the odd weeks have two.
  const isPromo = (t: number) => Number(Math.floor(t / 7) % 2 === 1 && t % 7 < 2);
  const row = (t: number) => ["A", Date.UTC(2026, 0, 5 + t), 2 + 3 * isPromo(t), isPromo(t)];
  const fill = (days: number) =>
    fillTable(
      mm,
      "SALES",
      [...columns],
      Array.from({ length: days }, (_, t) => row(t)),
    );
  await fill(59);
  const plan = Array.from({ length: 21 }, (_, i) => [...row(59 + i).slice(0, 2), isPromo(59 + i)]);
  await fillTable(mm, "PLAN", [columns[0], columns[1], columns[3]], plan);
  const run = await mm.train();
  await mm.models.register({ run });
  expect(await mm.score()).toMatchObject({ ok: 1, rows: 2 });
  const { rows } = await mm.tables.query("SELECT DAY, FORECAST FROM FORECAST_RESULTS ORDER BY STEP");
  // Weeks 9 (days 56 to 62, the plan has its last four) and 10, with and without a promotion on two of seven days.
  expect(rows.map(([day]) => String(day).slice(0, 10))).toEqual(["2026-03-02", "2026-03-09"]);
  expect(rows.map(([, value]) => Number(value).toFixed(6))).toEqual(["14.000000", "20.000000"]);

  await fill(66);
  expect(await mm.monitor()).toMatchObject({ newEntries: 1 });
  const detail = (await seriesDetail(mm.engine, run.runId, "s:A", {
    advance: true,
    monitored: { status: "MONITOR_STATUS" },
  })) as SeriesDetail;
  expect(detail.series).toMatchObject({ trained: 8, newer: { seen: "2026-02-23", latest: "2026-03-02", why: null } });
  expect(detail.series?.y).toEqual([14, 20, 14, 20, 14, 20, 14, 20, 14]);
});
