import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { absent, type Reference, reference, referenceSeries } from "./reference.ts";

/** R's results on one series; a test is absent where R was not asked. */
export interface UnitRootResults {
  readonly ndiffs_kpss: number;
  readonly ndiffs_adf: number;
  readonly ndiffs_pp: number;
  readonly nsdiffs_seas?: number;
  readonly nsdiffs_ocsb?: number;
  readonly kpss_lag?: number;
  readonly kpss_stat: number;
  /** The t statistic and the F statistic, both with ⌊(n - 1)^⅓⌋ lags. */
  readonly adf_stat?: readonly [number, number];
  readonly seas_strength?: number;
  readonly lambda_guerrero?: number;
  readonly lambda_loglik?: number;
}

/** A series with R's results on it. */
export interface UnitRootRecord {
  readonly id: string;
  readonly frequency: number;
  readonly values: Float64Array;
  readonly result: UnitRootResults;
}

const fixture = JSON.parse(readFileSync(new URL("./fixtures/unit-root.json", import.meta.url), "utf8")) as {
  series: { id: string; frequency: number; values: (number | null)[]; result: UnitRootResults }[];
  mstl: { id: string; trend: number[]; seasonal: number[] };
};

/** R's own classic series, committed here: R 4.2.2, forecast 8.20. */
export const classic: readonly UnitRootRecord[] = fixture.series.map(({ values, ...record }) => ({
  ...record,
  values: Float64Array.from(values, (value) => value ?? NaN),
}));

/** `mstl(AirPassengers)`'s components. */
export const airPassengers = fixture.mstl;

const series = referenceSeries();

/** Every record of the reference results; empty where they are absent. */
export const recorded: readonly UnitRootRecord[] = ["tests", "m3_tests"].flatMap((name) =>
  (reference<readonly Reference<UnitRootResults>[]>(name) ?? []).flatMap(({ id, result }) => {
    const values = series?.get(id);
    return values === undefined ? [] : [{ ...values, result }];
  }),
);

/** The committed records and, where present, all: for `describe.each`. */
export const sources = [
  { name: "on R's classic series", records: classic, skip: false },
  {
    name: recorded.length > 0 ? `on all ${recorded.length} recorded series` : `on all recorded series: ${absent}`,
    records: recorded,
    skip: recorded.length === 0,
  },
];

/** Returns the records with a result of a test; there are some in each source. */
export function withResult<K extends keyof UnitRootResults>(records: readonly UnitRootRecord[], test: K) {
  const matching = records.flatMap(({ result, ...record }) => {
    const value = result[test];
    return value === undefined ? [] : [{ ...record, expected: value }];
  });
  assert.ok(matching.length > 0, `no record has ${test}`);
  return matching;
}

/** Returns the longest stretch without a missing value. */
export function longestContiguous(y: Float64Array): Float64Array {
  let best = y.subarray(0, 0);
  let start = 0;
  for (let t = 0; t <= y.length; t++) {
    if (t < y.length && !Number.isNaN(y[t]!)) continue;
    if (t - start > best.length) best = y.subarray(start, t);
    start = t + 1;
  }
  return best;
}

/** Returns the greatest absolute difference. */
export function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let most = a.length === b.length ? 0 : Infinity;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i]! - b[i]!));
  return most;
}
