import { accuracy, type FittedModel, type Forecast, forecast } from "../../packages/forecast/src/index.ts";
import { data } from "../../packages/forecast/test/reference.ts";
import type { Row } from "./report.ts";

/** A series of the M3 competition with the values that followed. */
export interface M3Series {
  readonly id: string;
  /** YEARLY, QUARTERLY, MONTHLY or OTHER. */
  readonly kind: string;
  readonly period: number;
  readonly training: Float64Array;
  readonly actual: Float64Array;
}

/** Mean accuracy over series, every series weighing the same. */
export interface M3Accuracy {
  readonly smape: number;
  readonly mase: number;
  /** Share of the actual values inside the 95 % intervals. */
  readonly coverage: number;
}

/** Returns all 3,003 series, or the sample of 400. */
export function m3Series(set: "all" | "sample"): M3Series[] {
  const values = (name: string) => {
    const byId = new Map<string, number[]>();
    for (const { id, value } of data(name)!) {
      const series = byId.get(id!);
      if (series === undefined) byId.set(id!, [Number(value)]);
      else series.push(Number(value));
    }
    return byId;
  };
  const sample = new Set(data("m3_sample400")!.map((row) => row.id!));
  const train = values("m3_train");
  const test = values("m3_test");
  return data("m3_meta")!
    .filter((row) => set === "all" || sample.has(row.id!))
    .map((row) => ({
      id: row.id!,
      kind: row.period!,
      period: Number(row.frequency),
      training: Float64Array.from(train.get(row.id!)!),
      actual: Float64Array.from(test.get(row.id!)!),
    }));
}

/** Returns accuracy of a method's forecasts over the values that followed. */
export function m3Accuracy(
  series: readonly M3Series[],
  method: (y: Float64Array, period: number, h: number) => Forecast,
): M3Accuracy {
  let smape = 0;
  let mase = 0;
  let coverage = 0;
  for (const { training, actual, period } of series) {
    const { mean, levels, lower, upper } = method(training, period, actual.length);
    const measured = accuracy(actual, mean, { training, period });
    smape += measured.smape / series.length;
    mase += measured.mase / series.length;
    const at95 = levels.indexOf(95);
    const inside = actual.filter((value, i) => value >= lower[at95]![i]! && value <= upper[at95]![i]!).length;
    coverage += inside / actual.length / series.length;
  }
  return { smape, mase, coverage };
}

/** Returns the 400-series M3 sample: a row a measure, beside the reference (R's mean). */
export function m3Rows(fit: (y: Float64Array, period: number) => FittedModel, reference: M3Accuracy): Row[] {
  const got = m3Accuracy(m3Series("sample"), (y, period, h) => forecast(fit(y, period), { h }));
  return [
    ["M3 sample of 400: mean sMAPE", `≤ ${reference.smape} (R)`, got.smape.toFixed(3)],
    ["M3 sample of 400: mean MASE", `≤ ${reference.mase} (R)`, got.mase.toFixed(3)],
    ["M3 sample of 400: coverage of 95 % intervals", `≥ ${reference.coverage} (R)`, got.coverage.toFixed(3)],
  ];
}
