import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { drift, type FittedModel, forecast, mean, naive, snaive } from "../../src/index.ts";
import { absent, reference, referenceSeries } from "../reference.ts";

/** R's results agree to this relative tolerance, of the size of the series where a number is near zero. */
const TOLERANCE = 1e-9;

interface Expected {
  readonly id: string;
  readonly method: string;
  readonly mean: number[];
  readonly lower80: number[];
  readonly upper80: number[];
  readonly lower95: number[];
  readonly upper95: number[];
}

const METHODS: Record<string, (y: Float64Array, period: number) => FittedModel> = {
  naive: (y) => naive(y),
  snaive: (y, period) => snaive(y, { period }),
  rwf_drift: (y) => drift(y),
  meanf: (y) => mean(y),
};

/**
 * Tells whether bounds differ from R's: with missing values, meanf counts them as observations in its degrees of
 * freedom and standard error; ours does not. Its point forecasts agree, its bounds are too narrow by 1e-4 of the
 * series' size here.
 */
const boundsDiffer = ({ id, method }: Expected) => ["presidents", "gold"].includes(id) && method === "meanf";

/**
 * Tells whether the drift differs from R's: R's rwf counts a change over missing values as that of one step; ours
 * divides it by its steps (FPP3, 5.2: in time).
 */
const driftDiffers = ({ id, method }: Expected) => ["presidents", "gold"].includes(id) && method === "rwf_drift";

function check(expected: Expected, y: Float64Array, period: number): void {
  const got = forecast(METHODS[expected.method]!(y, period), { h: expected.mean.length, levels: [95, 80] });
  const scale = Math.max(...y.filter((value) => !Number.isNaN(value)).map(Math.abs));
  const close = (actual: Float64Array, values: number[], subject: string) =>
    actual.forEach((value, i) => {
      const error = Math.abs(value - values[i]!) / Math.max(Math.abs(values[i]!), scale);
      expect(error, `${expected.id} ${expected.method} ${subject}[${i}]: ${value}, R has ${values[i]}`).toBeLessThan(
        TOLERANCE,
      );
    });
  expect(got.levels).toEqual([80, 95]);
  if (driftDiffers(expected)) {
    const observed = [...y.keys()].filter((t) => !Number.isNaN(y[t]!));
    const [first, last] = [observed[0]!, observed.at(-1)!];
    const slope = (y[last]! - y[first]!) / (last - first);
    got.mean.forEach((value, i) => expect(value).toBeCloseTo(y[last]! + (y.length - last + i) * slope, 9));
    return;
  }
  close(got.mean, expected.mean, "mean");
  if (boundsDiffer(expected)) return;
  close(got.lower[0]!, expected.lower80, "lower80");
  close(got.upper[0]!, expected.upper80, "upper80");
  close(got.lower[1]!, expected.lower95, "lower95");
  close(got.upper[1]!, expected.upper95, "upper95");
}

describe("naive, seasonal naive, drift and mean against R's forecast 8.20", () => {
  const fixture = JSON.parse(readFileSync(new URL("../fixtures/simple.json", import.meta.url), "utf8")) as {
    series: Record<string, { period: number; values: (number | null)[] }>;
    results: Expected[];
  };
  it.each(fixture.results.map((result) => [result.id, result.method, result] as const))("%s %s", (id, _, result) => {
    const { period, values } = fixture.series[id]!;
    check(
      result,
      Float64Array.from(values, (value) => value ?? NaN),
      period,
    );
  });

  const series = referenceSeries();
  const records = reference<{ id: string; method: string; ok: boolean; result: { forecast: Expected } }[]>("simple");
  it.skipIf(records === undefined)(`every recorded series${records === undefined ? `: ${absent}` : ""}`, () => {
    let compared = 0;
    for (const { id, method, ok, result } of records!) {
      if (!(method in METHODS) || !ok) continue;
      const { values, frequency } = series!.get(id)!;
      check({ ...result.forecast, id, method }, values, frequency);
      compared++;
    }
    expect(compared).toBe(144);
  });
});
