import { fileURLToPath } from "node:url";
import { createContext, runInContext } from "node:vm";
import { describe, expect, it } from "vitest";
import type { ColumnBatch, ColumnInfo } from "../../src/core/columns/column.ts";
import { encodeKey } from "../../src/core/partition-key.ts";
import { levelsToAsk } from "../../src/core/quantile.ts";
import { bundleDefinition } from "../../src/model/bundle.ts";
import type { AnyModelDefinition } from "../../src/model/define-model.ts";
import { frame } from "../../src/model/frame.ts";
import { compilePredictFunction } from "../../src/table-function/compile-function.ts";
import { type FunctionValue, valuesOfRow } from "../../src/table-function/function-rows.ts";
import type { PredictPlan, PredictRow } from "../../src/table-function/predict-function.ts";
import { fingerprintOf } from "../../src/work/fingerprint.ts";
import { ForecastRows, forecastColumns } from "../../src/work/forecast-rows.ts";
import { scorePartition } from "../../src/work/score-partition.ts";
import { trainPartition } from "../../src/work/train-chunk.ts";

const DAY = 86_400_000;
const INPUT: ColumnInfo[] = [
  { name: "D", type: "date" },
  { name: "Y", type: "number" },
  { name: "PROMO", type: "boolean" },
];
const FUTURE = [INPUT[0]!, INPUT[2]!];
const KEYS = [{ name: "UNIT", type: "integer" }] as const;

/** Rows of a table function as the engine passes them. */
type Written = Record<string, FunctionValue>[];

/** Returns the rows that a stored function writes for a partition, in a context that has nothing but the language. */
function call(body: string, rows: readonly PredictRow[]): Written {
  const written: Written = [];
  const context = createContext(Object.create(null));
  context.__rows = rows;
  context.__write = (row: Record<string, FunctionValue>) => written.push({ ...row });
  runInContext(
    `var f = (${body}); var w = { writeRow: function (row) { __write(row); } };
    for (var twice = 0; twice < 2; twice++) { f.initialize({}, {}); __rows.forEach(function (r) { f.processRow(r, w, {}); }); f.finalize(w, {}); }`,
    context,
  );
  // An instance that has served a partition serves the next one alike.
  const half = written.length / 2;
  expect(written.slice(half)).toEqual(written.slice(0, half));
  return written.slice(0, half);
}

/** Returns a daily series of `days` from day `from`, with a promotion now and then. */
function days(count: number, from = 0): ColumnBatch {
  const t = Float64Array.from({ length: count }, (_, i) => from + i);
  const values = t.map((d) =>
    d === 61 ? NaN : 30 + d / 11 + 5 * Math.sin((2 * Math.PI * d) / 7) + (d % 9 === 0 ? 4 : 0),
  );
  return {
    length: count,
    columns: {
      D: { type: "date", values: t.map((d) => d * DAY) },
      Y: { type: "number", values },
      PROMO: { type: "boolean", values: Uint8Array.from(t, (d) => (d % 9 === 0 ? 1 : 0)) },
    },
  };
}

const rowsOf = (batch: ColumnBatch, kind: number, prefix: string, columns: readonly ColumnInfo[]): PredictRow[] =>
  Array.from({ length: batch.length }, (_, row) => {
    const definition = {
      length: batch.length,
      columns: Object.fromEntries(columns.map(({ name }) => [name, batch.columns[name]!])),
    };
    const values = valuesOfRow(definition, row).map((value, c): [string, FunctionValue] => [`${prefix}${c}`, value]);
    return { P: 3, KIND: kind, ...Object.fromEntries(values) };
  });

describe("a definition's predict as a table function, in a bare context", () => {
  it.each([
    ["arima", { method: "auto-arima" }],
    ["smoothing", { method: "ets" }],
    ["smoothing", { method: "stlf" }],
    ["smoothing", { method: "ces" }],
    ["simple", { method: "linear" }],
    ["simple", { method: "tsb" }],
    ["store-sales", { regressors: ["PROMO"], calendar: ["dayOfWeek"], time: "D" }],
    ["sensor-anomalies", { time: "D", method: "holt-winters" }],
  ])("%s %o gives Node's rows to the bit, and its fingerprint", async (module, options) => {
    const exports = { target: "Y", period: 7, horizon: 7, holdout: 0, ...options };
    const file = fileURLToPath(new URL(`../../src/model/builtin/${module}.ts`, import.meta.url));
    const { bytes, name, sha256 } = await bundleDefinition(file);
    const definition = (await import(file)).default as AnyModelDefinition;
    const training = days(90);
    const snapshot = {
      id: "s",
      fingerprint: "f",
      query: { table: "T", keyColumns: ["UNIT"] },
      keyColumns: KEYS,
      columns: INPUT,
      timeColumn: "D",
      partitions: 1,
      rows: 90,
    };
    const partition = { position: 0, partitionKey: encodeKey(KEYS, [42]), batch: training, start: 0, end: 90 };
    const plan = { snapshot, keyArg: "unit_id", exports, seed: 5 } as never;
    const trained = await trainPartition({ plan, definition, attempt: 1, clock: () => 0 }, partition);
    expect(trained.errorMessage).toBeNull();

    // Five days more than the model has seen, and the next ten of the future.
    const [input, future] = [days(35, 60), days(10, 95)];
    const ahead =
      module === "store-sales" ? { length: 10, columns: { D: future.columns.D!, PROMO: future.columns.PROMO! } } : null;
    const planRow: PredictPlan = {
      model: "M",
      version: "V1",
      keyColumns: KEYS,
      time: INPUT[0]!,
      levels: [80, 99.5],
      quantiles: [0.1],
      fingerprints: true,
      packageVersion: "1",
      definitionSha256: sha256,
      exports,
      horizon: 9,
      advance: true,
      keyArg: "unit_id",
      input: INPUT,
      future: ahead && FUTURE,
    };
    const scoring = { ...planRow, definition, levels: levelsToAsk(planRow.levels, planRow.quantiles) };
    const data = { data: frame(input), ...(ahead && { future: frame(ahead) }) };
    const range = (batch: ColumnBatch) => ({ batch, start: 0, end: batch.length });
    const fingerprint = fingerprintOf(planRow, trained, range(input), ahead === null ? undefined : range(ahead));
    const expected = new ForecastRows(planRow);
    const scored = await scorePartition(scoring, trained, data);
    expect(scored).toMatchObject({ status: "OK" });
    expected.add(trained.key, scored, fingerprint);
    const batch = expected.batch();

    const stored = {
      P: 3,
      KIND: 0,
      PLAN: JSON.stringify(planRow),
      PARTITION_KEY: trained.partitionKey,
      MODEL: trained.model!,
      LAST_TS: trained.lastTs!,
      SERIES_INTERVAL: trained.interval!,
      SEED: trained.seed,
    };
    const rows = [...rowsOf(input, 1, "C", INPUT), ...(ahead === null ? [] : rowsOf(ahead, 2, "F", FUTURE))];
    const body = await compilePredictFunction(bytes, name);
    const written = call(body, [stored, ...rows]);
    expect(written).toHaveLength(9);
    written.forEach((row, i) => {
      const values = Object.fromEntries(valuesOfRow(batch, i).map((value, c) => [`V${c}`, value]));
      expect(row).toEqual({ P: 3, KEPT: false, ...values });
    });
    const status = forecastColumns(planRow).findIndex((column) => column.name === "STATUS");
    const currentRow = { ...stored, KNOWN: fingerprint, KNOWN_STATUS: "OK" };
    expect(call(body, [currentRow, ...rows])).toEqual([{ P: 3, KEPT: true, [`V${status}`]: "OK" }]);
    expect(call(body, [{ ...currentRow, KNOWN_STATUS: "ERROR" }, ...rows])).toHaveLength(9);
  });
});
