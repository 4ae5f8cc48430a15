import type { ManyModel, Run } from "manymodel";
import { autoArima, ets, forecast, snaive, update } from "manymodel/forecast";
import { describe, expect, it } from "vitest";
import { body, dailyQuery, fillDaily, fillTable, openWorkspace } from "../workspace.ts";

const DAY = 86_400_000;
const COLUMNS = [
  { name: "UNIT_ID", type: "string" },
  { name: "OBS_DATE", type: "date" },
  { name: "Y", type: "number" },
] as const;

const builtin = (name: string) => new URL(`../../dist/model/builtin/${name}.js`, import.meta.url);

/** Returns rows of a table in the order of their keys and steps, these columns; dates as text. */
async function rowsIn(mm: ManyModel, columns: string, table = "FORECAST_RESULTS") {
  const names = columns.split(", ");
  const read = await mm.engine.output.published(table, null, ["PARTITION_KEY", "STEP", ...names]);
  const { PARTITION_KEY: keys, STEP: steps } = read.columns;
  const cell = (name: string, row: number) => {
    const { type, values } = read.columns[name]!;
    const value = values[row]!;
    if (typeof value !== "number") return value;
    if (Number.isNaN(value)) return null;
    return type === "date" ? new Date(value).toISOString().slice(0, 10) : value;
  };
  const at = (row: number) => [String(keys!.values[row]), Number(steps!.values[row]) || 0] as const;
  return Array.from({ length: read.length }, (_, row) => row)
    .sort((a, b) => (at(a)[0] < at(b)[0] ? -1 : at(a)[0] > at(b)[0] ? 1 : at(a)[1] - at(b)[1]))
    .map((row) => names.map((name) => cell(name, row)));
}

/** Returns a weekly pattern with a phase and a trend of its own, without noise that a model could not remember. */
const sales = (unit: number, day: number) =>
  100 + 10 * unit + 0.1 * day + 8 * Math.sin((2 * Math.PI * (day + unit)) / 7) + 3 * Math.sin(day * day);

/** Returns rows of units 0, 1, … on the days that `keep` lets through. */
function daily(units: number, from: number, to: number, keep: (unit: number, day: number) => boolean = () => true) {
  const rows = [];
  for (let unit = 0; unit < units; unit++)
    for (let day = from; day < to; day++) if (keep(unit, day)) rows.push([`U${unit}`, day * DAY, sales(unit, day)]);
  return rows;
}

const series = (unit: number, days: number) => Float64Array.from({ length: days }, (_, day) => sales(unit, day));

/** Returns a workspace whose PAST was fitted by a method and registered as M V1. */
async function fitted(method: string, { units = 3, days = 70, engine = "memory" as "local" | "memory" } = {}) {
  const mm = await openWorkspace(engine);
  await fillTable(mm, "PAST", [...COLUMNS], daily(units, 0, days));
  const run = await train(mm, method, "PAST");
  await mm.registry.logManyModel({ name: "M", version: "V1", run, horizon: 5 });
  const score = (inputTable: string, options: object = {}) =>
    mm.registry.runBatch({ model: "M", version: "V1", inputTable, workers: 1, ...options });
  return { mm, run, score };
}

function train(mm: ManyModel, method: string, table: string): Promise<Run> {
  const exports = { method, target: "Y", period: 7, horizon: 5, holdout: 0 };
  const dataQuery = { table, keyColumn: "UNIT_ID", orderBy: ["UNIT_ID", "OBS_DATE"] };
  return mm
    .foreachPartition("unit_id")
    .dopar(builtin("forecaster"), { dataQuery, exports, chunksPerJob: 2, mode: "local" });
}

const FORECASTS = "UNIT_ID, OBS_DATE, FORECAST, LO_80, HI_80, LO_95, HI_95, STATUS";

/** Returns the rows that a batch writes for a model of the library, row by row. */
function rowsOf(unit: number, first: number, model: Parameters<typeof forecast>[0], h = 5, status = "OK") {
  const { mean, lower, upper } = forecast(model, { h, levels: [80, 95] });
  return Array.from(mean, (value, i) => {
    const date = new Date((first + i) * DAY).toISOString().slice(0, 10);
    return [`U${unit}`, date, value, lower[0]![i], upper[0]![i], lower[1]![i], upper[1]![i], status];
  });
}

describe("a batch and the library", () => {
  for (const engine of ["local", "memory"] as const)
    it(`give the same bits on the ${engine} engine`, async () => {
      for (const [method, fit] of [
        ["auto-arima", (y: Float64Array) => autoArima(y, { period: 7 })],
        ["ets", (y: Float64Array) => ets(y, { period: 7 })],
      ] as const) {
        const { mm, score } = await fitted(method, { engine });
        expect(await score("PAST")).toMatchObject({ ok: 3, rows: 15 });
        const expected = [0, 1, 2].flatMap((unit) => rowsOf(unit, 70, fit(series(unit, 70))));
        expect(await rowsIn(mm, FORECASTS)).toEqual(expected);
      }
    });

  it("give the same bits for quantiles: bounds of the interval that they belong to, and the median", async () => {
    const { mm, score } = await fitted("ets", { units: 1 });
    await score("PAST", { levels: [50], quantiles: [0.9, 0.5, 0.1, 0.025] });
    const rows = await rowsIn(mm, "LO_50, HI_50, Q_10, Q_50, Q_90, Q_2.5");
    const { lower, upper } = forecast(ets(series(0, 70), { period: 7 }), { h: 5, levels: [0, 50, 80, 95] });
    const expected = Array.from({ length: 5 }, (_, i) => [
      ...[lower[1]![i], upper[1]![i], lower[2]![i], upper[0]![i], upper[2]![i], lower[3]![i]],
    ]);
    expect(rows).toEqual(expected);
    await expect(score("PAST", { quantiles: [10] })).rejects.toThrow("quantile is 10; it must be between 0 and 1");
  });
});

describe("rows that are newer than the model", () => {
  it("are taken in as by update, gaps as missing values, and forecasts start after the newest", async () => {
    for (const [method, fit] of [
      ["auto-arima", (y: Float64Array) => autoArima(y, { period: 7 })],
      ["ets", (y: Float64Array) => ets(y, { period: 7 })],
      ["best", undefined],
    ] as const) {
      const { mm, score } = await fitted(method);
      // U0: a gap of two days before the first new row and one within; U1: complete; U2: nothing new.
      const news = daily(3, 60, 80, (unit, day) => {
        if (unit === 2) return day < 70;
        return unit === 1 || ![70, 71, 75].includes(day);
      });
      await fillTable(mm, "NOW", [...COLUMNS], news);
      expect(await score("NOW")).toMatchObject({ ok: 3, stale: 0 });
      const rows = await rowsIn(mm, FORECASTS);
      if (fit === undefined) {
        expect(rows.filter((_, i) => i % 5 === 0).map((row) => row[1])).toEqual([
          "1970-03-22",
          "1970-03-22",
          "1970-03-12",
        ]);
        continue;
      }
      const future = (unit: number) =>
        Float64Array.from({ length: 10 }, (_, i) => (unit === 0 && [0, 1, 5].includes(i) ? NaN : sales(unit, 70 + i)));
      expect(rows).toEqual([
        ...rowsOf(0, 80, update(fit(series(0, 70)), future(0))),
        ...rowsOf(1, 80, update(fit(series(1, 70)), future(1))),
        ...rowsOf(2, 70, fit(series(2, 70))),
      ]);
    }
  });

  it("are left alone where advance is off; rows without a value at the end are of the future", async () => {
    const { mm, score } = await fitted("ets", { units: 1 });
    await fillTable(mm, "NOW", [...COLUMNS], [...daily(1, 60, 72), ["U0", 72 * DAY, null], ["U0", 73 * DAY, null]]);
    await score("NOW");
    const model = ets(series(0, 70), { period: 7 });
    const moved = update(model, [sales(0, 70), sales(0, 71)]);
    expect(await rowsIn(mm, FORECASTS)).toEqual(rowsOf(0, 72, moved));
    await score("NOW", { advance: false });
    expect(await rowsIn(mm, FORECASTS)).toEqual(rowsOf(0, 70, model));
    // Rows that say nothing of the target say nothing of the past.
    await fillTable(mm, "KEYS", COLUMNS.slice(0, 2), [["U0", 75 * DAY]]);
    await score("KEYS");
    const blank = COLUMNS.map((column) => (column.name === "Y" ? { ...column, type: "string" as const } : column));
    await fillTable(mm, "BLANK", blank, [["U0", 75 * DAY, null]]);
    await score("BLANK");
    const others = (await rowsIn(mm, FORECASTS)).map((row) => row.slice(1));
    expect(others).toHaveLength(15);
    for (const row of rowsOf(0, 70, model))
      expect(others.filter((other) => other[0] === row[1])).toEqual(Array(3).fill(row.slice(1)));
  });

  it("make a forecast stale, saying why, where they cannot be taken in", async () => {
    const cases: [string, unknown[][], string, string | RegExp][] = [
      [
        "ets",
        [["U0", 70 * DAY + 3_600_000, 1]],
        "off-interval",
        /1970-03-12 01:00:00 of the input is not at steps of P1D after 1970-03-11/,
      ],
      [
        "ets",
        [...daily(1, 70, 72), ["U0", 71 * DAY, 7]],
        "off-interval",
        "OBS_DATE 1970-03-13 00:00:00 of the input occurs twice",
      ],
      ["ets", [...daily(1, 70, 72), ["U0", null, 7]], "off-interval", "row 1 of the input has no OBS_DATE"],
      ["ets", [["U0", 200_000 * DAY, 7]], "off-interval", /not at steps of P1D/],
    ];
    for (const [method, rows, type, message] of cases) {
      const { mm, score } = await fitted(method, { units: 1 });
      const columns = COLUMNS.map((column) =>
        column.type === "date" ? { ...column, type: "timestamp" as const } : column,
      );
      await fillTable(mm, "NOW", columns, rows);
      expect(await score("NOW")).toMatchObject({ ok: 0, stale: 1, errors: 0, rows: 5 });
      const scored = await rowsIn(mm, "OBS_DATE, STATUS, ERROR_TYPE, ERROR_MESSAGE");
      expect(scored).toHaveLength(5);
      expect(scored[0]!.slice(0, 3)).toEqual(["1970-03-12", "STALE", type]);
      expect(scored[0]![3]).toMatch(message);
    }
  });

  it("make a forecast stale where the definition's update throws", async () => {
    const mm = await openWorkspace("memory");
    await fillDaily(mm, 1, 3);
    const run = await mm.foreachPartition("unit_id").dopar(body("refuses-newer"), { dataQuery: dailyQuery });
    await mm.registry.logManyModel({ name: "M", version: "V1", run, horizon: 1 });
    await fillTable(mm, "NOW", [...COLUMNS], [["U00", 3 * DAY, 1]]);
    await mm.registry.runBatch({ model: "M", version: "V1", inputTable: "NOW" });
    expect(await rowsIn(mm, "UNIT_ID, STATUS, ERROR_TYPE, ERROR_MESSAGE")).toEqual([
      ["U00", "STALE", "update-error", "newer rows do not suit this model"],
    ]);
  });

  it("make a forecast stale where the definition has no update, and only there", async () => {
    const mm = await openWorkspace("memory");
    await fillDaily(mm, 2, 3);
    const run = await mm.foreachPartition("unit_id").dopar(body("average"), { dataQuery: dailyQuery });
    await mm.registry.logManyModel({ name: "M", version: "V1", run, horizon: 1 });
    await fillTable(
      mm,
      "NOW",
      [...COLUMNS],
      [
        ["U00", 2 * DAY, 1],
        ["U01", 3 * DAY, 1],
      ],
    );
    await mm.registry.runBatch({ model: "M", version: "V1", inputTable: "NOW" });
    expect(await rowsIn(mm, "UNIT_ID, STATUS, ERROR_TYPE")).toEqual([
      ["U00", "OK", null],
      ["U01", "STALE", "no-update"],
    ]);
  });

  it("move the sales model with its regressors and its end", async () => {
    const mm = await openWorkspace("memory");
    const columns = [...COLUMNS, { name: "PROMO", type: "boolean" }] as const;
    const promo = (day: number) => day % 5 === 0;
    // Exactly linear, so that the forecast is known: 50 + 2 per day, 30 more on promotion. Two days were not counted.
    const y = (day: number) => 50 + 2 * day + (promo(day) ? 30 : 0);
    const rows = (from: number, to: number, isKnown: boolean) =>
      Array.from({ length: to - from }, (_, i) => from + i).flatMap((day) =>
        day === 20 || day === 33 ? [] : [["U0", day * DAY, isKnown ? y(day) : null, promo(day)]],
      );
    await fillTable(mm, "PAST", [...columns], rows(0, 40, true));
    const exports = { target: "Y", time: "OBS_DATE", period: 1, horizon: 3, holdout: 0, regressors: ["PROMO"] };
    const dataQuery = { table: "PAST", keyColumn: "UNIT_ID", orderBy: ["OBS_DATE"] };
    const run = await mm.foreachPartition("unit_id").dopar(builtin("store-sales"), { dataQuery, exports });
    await mm.registry.logManyModel({ name: "M", version: "V1", run, horizon: 3 });
    await fillTable(mm, "NOW", [...columns], rows(38, 44, true));
    await fillTable(mm, "PLAN", [...columns], rows(40, 60, false));
    await mm.registry.runBatch({ model: "M", version: "V1", inputTable: "NOW", futureTable: "PLAN" });
    const scored = await rowsIn(mm, "OBS_DATE, FORECAST, STATUS");
    expect(scored.map(([date, , status]) => [date, status])).toEqual([
      ["1970-02-14", "OK"],
      ["1970-02-15", "OK"],
      ["1970-02-16", "OK"],
    ]);
    scored.forEach((row, i) => expect(row[1]).toBeCloseTo(y(44 + i), 6));
  });
});

describe("covariates of the future", () => {
  it("come to predict one row a step, after the newest observation; a missing one is the partition's error", async () => {
    const mm = await openWorkspace("memory");
    const columns = [...COLUMNS, { name: "PROMO", type: "number" }] as const;
    await fillTable(
      mm,
      "PAST",
      [...columns],
      [
        ["A", 0, 10, 0],
        ["A", DAY, 10, 0],
        ["B", 0, 20, 0],
        ["B", DAY, 20, 0],
        ["C", 0, 5, 0],
        ["C", DAY, 5, 0],
      ],
    );
    const dataQuery = { table: "PAST", keyColumn: "UNIT_ID", orderBy: ["OBS_DATE"] };
    const run = await mm.foreachPartition("unit_id").dopar(body("mean-with-promo"), { dataQuery });
    await mm.registry.logManyModel({ name: "M", version: "V1", run, horizon: 2 });
    const plan = [
      ["A", 3 * DAY, null, 2],
      ["A", 2 * DAY, null, 1],
      ["A", DAY, null, 9],
      ["B", 2 * DAY, null, 1],
    ];
    await fillTable(mm, "PLAN", [...columns], plan);
    const options = { model: "M", version: "V1", inputTable: "PAST" };
    expect(await mm.registry.runBatch({ ...options, futureTable: "PLAN" })).toMatchObject({ ok: 1, errors: 2 });
    const rows = await rowsIn(mm, "UNIT_ID, FORECAST, STATUS, ERROR_TYPE, ERROR_MESSAGE");
    expect(rows).toEqual([
      ["A", 11, "OK", null, null],
      ["A", 12, "OK", null, null],
      ["B", null, "ERROR", "missing-future", "the table of the future has no row for OBS_DATE 1970-01-04, step 2 of 2"],
      ["C", null, "ERROR", "missing-future", "the table of the future has no rows of this partition"],
    ]);
    await expect(mm.registry.runBatch({ ...options, futureTable: "NONE" })).rejects.toThrow('there is no table "NONE"');
    await expect(mm.registry.runBatch({ ...options, futureTable: "PAST", outputTable: "PAST" })).rejects.toThrow(
      "PAST is not a table of forecasts",
    );
  });
});

describe("partitions without a model", () => {
  it("fail the batch, or are forecast by seasonal naive, as asked", async () => {
    const { mm, score } = await fitted("ets", { units: 2 });
    const news = [
      ...daily(2, 0, 70),
      ...daily(3, 0, 30).filter(([unit]) => unit === "U2"),
      ["short", 0, 4],
      ["short", DAY, 6],
      ["empty", 0, null],
    ];
    await fillTable(mm, "NOW", [...COLUMNS], news);
    await expect(score("NOW", { missingModel: "error" })).rejects.toThrow(
      '3 partitions have no model in M V1: UNIT_ID = "U2"; UNIT_ID = "empty"; UNIT_ID = "short"; train them, or set missing_model to status, fallback or global',
    );
    expect((await mm.engine.tables.list()).find(({ name }) => name === "FORECAST_RESULTS")?.rows).toBe(0);
    expect((await mm.engine.tables.list()).map(({ name }) => name)).not.toContain("BATCH_RUNS");
    expect(await score("NOW", { missingModel: "fallback" })).toMatchObject({
      ok: 2,
      fallback: 2,
      noModel: 1,
      rows: 21,
    });
    const expected = rowsOf(2, 30, snaive(series(2, 30), { period: 7 }), 5, "FALLBACK");
    expect((await rowsIn(mm, FORECASTS)).filter(([unit]) => unit === "U2")).toEqual(expected);
    const others = await rowsIn(mm, "UNIT_ID, OBS_DATE, FORECAST, STATUS, ERROR_TYPE, ERROR_MESSAGE");
    expect(others.slice(15, 17)).toEqual([
      [
        "empty",
        null,
        null,
        "NO_MODEL",
        "not-trained",
        expect.stringContaining("no fallback: the series has 0 observed values"),
      ],
      ["short", "1970-01-03", 6, "FALLBACK", "not-trained", "the version has no such partition"],
    ]);
    await expect(score("NOW", { missingModel: "ignore" })).rejects.toThrow('missing_model is "ignore"');
  });

  it("are forecast one by one as in a batch", async () => {
    const mm = await openWorkspace("memory", "batch: { missing_model: fallback }");
    await fillTable(mm, "PAST", [...COLUMNS], daily(1, 0, 70));
    const run = await train(mm, "ets", "PAST");
    await mm.registry.logManyModel({ name: "M", version: "V1", run, horizon: 5 });
    await fillTable(mm, "NOW", [...COLUMNS], daily(2, 0, 30));
    await mm.score({ model: "M", inputTable: "NOW" });
    const batch = (await rowsIn(mm, "UNIT_ID, FORECAST, STATUS")).filter(([unit]) => unit === "U1");
    const { status, errorType, mean } = await mm.forecast("M", "U1", { input: "NOW" });
    expect({ status, errorType }).toEqual({ status: "FALLBACK", errorType: "not-trained" });
    expect(mean.map((value) => ["U1", value, status])).toEqual(batch);
    expect(batch).toHaveLength(5);
    await expect(mm.forecast("M", "U2", { input: "NOW" })).rejects.toThrow('has no partition "U2"');
  });

  it("need a target", async () => {
    const mm = await openWorkspace("memory");
    await fillDaily(mm, 1, 3);
    const run = await mm.foreachPartition("unit_id").dopar(body("average"), { dataQuery: dailyQuery });
    await mm.registry.logManyModel({ name: "M", version: "V1", run, horizon: 1 });
    await fillTable(mm, "NOW", [...COLUMNS], daily(1, 0, 3));
    const options = { model: "M", version: "V1", inputTable: "NOW", missingModel: "fallback" } as const;
    await expect(mm.registry.runBatch(options)).rejects.toThrow("the exports of M V1 have no target");
    expect(await mm.registry.runBatch({ ...options, target: "Y" })).toMatchObject({ fallback: 1 });
  });
});

describe("a batch's record", () => {
  it("is a row of BATCH_RUNS", async () => {
    const { mm, score } = await fitted("ets", { units: 2, engine: "local" });
    const all = async (sql: string) => (await mm.engine.tables.query(sql, [], 10)).rows;
    const summary = await score("PAST", { horizon: 3, quantiles: [0.5] });
    const rows = await all(
      "SELECT BATCH_ID, MODEL_NAME, MODEL_VERSION, INPUT_TABLE, OUTPUT_TABLE, N_PARTITIONS, N_OK, N_STALE, N_FALLBACK, N_NO_MODEL, N_ERROR, N_KEPT, N_ROWS, SECONDS > 0, STARTED_AT > TIMESTAMP '2020-01-01', OPTIONS FROM BATCH_RUNS",
    );
    const options = {
      horizon: 3,
      levels: [80, 95],
      quantiles: [0.5],
      missingModel: "status",
      fallback: null,
      advance: true,
      incremental: false,
    };
    expect(rows).toEqual([
      [
        summary.batchId,
        "M",
        "V1",
        "PAST",
        "FORECAST_RESULTS",
        2,
        2,
        0,
        0,
        0,
        0,
        0,
        6,
        true,
        true,
        JSON.stringify(options),
      ],
    ]);
    await score("PAST");
    expect(await all("SELECT count(*) FROM BATCH_RUNS")).toEqual([[2]]);
    await expect(score("PAST", { outputTable: "batch_runs" })).rejects.toThrow(
      "batch_runs is not a table of forecasts",
    );
  });
});

for (const engine of ["local", "memory"] as const)
  describe(`an incremental batch on the ${engine} engine`, () => {
    it("scores changed partitions again, keeps the other rows, and equals a full batch", async () => {
      const { mm, score } = await fitted("snaive", { units: 6, engine });
      const { registry } = mm;
      const incremental = (version: string, options: object = {}) =>
        registry.runBatch({ model: "M", version, inputTable: "NOW", incremental: true, workers: 1, ...options });
      await fillTable(mm, "NOW", [...COLUMNS], daily(6, 50, 70));
      expect(await incremental("V1")).toMatchObject({ ok: 6, kept: 0, rows: 30 });
      expect(await incremental("V1")).toMatchObject({ ok: 6, kept: 6, rows: 30 });
      // U1 has a new row, U5 is gone, U6 is new.
      const changed = [...daily(5, 50, 70), ["U1", 70 * DAY, 7], ...daily(7, 50, 70).filter(([unit]) => unit === "U6")];
      await fillTable(mm, "NOW", [...COLUMNS], changed);
      expect(await incremental("V1")).toMatchObject({ partitions: 6, ok: 5, noModel: 1, kept: 4, rows: 26 });
      expect(await incremental("V1", { horizon: 4 })).toMatchObject({ kept: 0 });
      expect(await incremental("V1")).toMatchObject({ kept: 0 });
      // A patch: one model is new.
      const dataQuery = { table: "PAST", keyColumn: "UNIT_ID", orderBy: ["UNIT_ID", "OBS_DATE"] };
      const exports = { method: "naive", target: "Y", period: 7, horizon: 5, holdout: 0 };
      const one = await mm
        .foreach({ unit_id: ["U2"] })
        .dopar(builtin("forecaster"), { dataQuery, exports, mode: "local" });
      await registry.patch({ model: "M", run: one.runId, version: "V2" });
      expect(await incremental("V2")).toMatchObject({ ok: 5, kept: 4, rows: 26 });
      // The last batch of all was not an incremental one, so nothing is known of its rows.
      await score("NOW");
      expect(await incremental("V1")).toMatchObject({ kept: 0 });
      await registry.runBatch({ model: "M", version: "V2", inputTable: "NOW", outputTable: "FULL_RESULTS" });
      const rows = async (table: string) =>
        (await rowsIn(mm, `MODEL_VERSION, STEP, ERROR_MESSAGE, ${FORECASTS}`, table)).filter(([name]) => name === "V2");
      expect(await rows("FORECAST_RESULTS")).toEqual(await rows("FULL_RESULTS"));
    });
  });

it("a patched version scores the partitions that it shares to the same bits", async () => {
  const { mm, score } = await fitted("auto-arima", { units: 4 });
  const dataQuery = { table: "PAST", keyColumn: "UNIT_ID", orderBy: ["UNIT_ID", "OBS_DATE"] };
  const exports = { method: "theta", target: "Y", period: 7, horizon: 5, holdout: 0 };
  const one = await mm.foreach({ unit_id: ["U2"] }).dopar(builtin("forecaster"), { dataQuery, exports, mode: "local" });
  await mm.models.patch({ model: "M", run: one.runId, version: "V2" });
  await score("PAST");
  await mm.registry.runBatch({ model: "M", version: "V2", inputTable: "PAST" });
  const scored = await rowsIn(mm, `MODEL_VERSION, ${FORECASTS}`);
  const rows = (version: string, patched: boolean) =>
    scored.filter(([name, unit]) => name === version && (unit === "U2") === patched).map(([, ...row]) => row);
  expect(rows("V1", false)).toHaveLength(15);
  expect(rows("V2", false)).toEqual(rows("V1", false));
  expect(rows("V2", true)).not.toEqual(rows("V1", true));
});
