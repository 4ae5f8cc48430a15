import { Resvg } from "@resvg/resvg-js";
import { expect, it } from "vitest";
import { metricOf } from "../../src/core/metric.ts";
import type { PartitionSeries } from "../../src/inspect/partition-series.ts";
import { accuracyPicture } from "../../src/picture/accuracy-picture.ts";
import { comparisonPicture } from "../../src/picture/comparison-picture.ts";
import { forecastsPicture } from "../../src/picture/forecasts-picture.ts";
import { seriesPicture } from "../../src/picture/series-picture.ts";
import type { Comparison } from "../../src/refine/compare.ts";
import type { PartitionScore } from "../../src/refine/run-scores.ts";

interface Box {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Returns the places of a picture's texts, as a renderer draws them. */
function textBoxes(svg: string): { boxes: Box[]; width: number; height: number } {
  const { width, height } = new Resvg(svg);
  const head = svg.slice(0, svg.indexOf("<title>"));
  const boxes = [...svg.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].flatMap(([element, text]) => {
    const font = { loadSystemFonts: true, defaultFontFamily: "DejaVu Sans" };
    const box = new Resvg(`${head}${element}</svg>`, { font }).getBBox();
    return box === undefined ? [] : [{ text: text!, x: box.x, y: box.y, width: box.width, height: box.height }];
  });
  return { boxes, width, height };
}

/** Fails where a text leaves its picture or meets another. */
function expectRoom(svg: string): void {
  expect(svg).not.toMatch(/NaN|Infinity/);
  const { boxes, width, height } = textBoxes(svg);
  for (const [i, a] of boxes.entries()) {
    expect(a.x, `${a.text} is left of the picture`).toBeGreaterThanOrEqual(0);
    expect(a.x + a.width, `${a.text} is right of the picture`).toBeLessThanOrEqual(width);
    expect(a.y + a.height, `${a.text} is below the picture`).toBeLessThanOrEqual(height);
    for (const b of boxes.slice(i + 1)) {
      const meets = a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
      expect(meets, `${a.text} meets ${b.text}`).toBe(false);
    }
  }
}

const LONG = "a-run-with-a-very-long-name-that-somebody-gave-it-20260101T000000";
const DAY = 86_400_000;

const scoresOf = (values: readonly number[], kinds = 1): PartitionScore[] =>
  values.map(
    (value, i) =>
      ({
        partitionKey: `s:${i}`,
        value,
        why: null,
        nObs: 100,
        modelKind: i % kinds === 0 ? "arima" : `a-kind-of-model-with-a-long-name-number-${i % kinds}`,
      }) as PartitionScore,
  );

it("accuracy: one model, twelve kinds, huge, tiny, equal, negative and far values", () => {
  const many = Array.from({ length: 240 }, (_, i) => i / 100);
  expectRoom(accuracyPicture(LONG, metricOf("holdout_mase"), scoresOf(many, 12)));
  expect(accuracyPicture(LONG, metricOf("holdout_mase"), scoresOf(many, 12))).toContain(
    "3 smaller groups are not shown",
  );
  expectRoom(accuracyPicture("a", metricOf("holdout_mase"), scoresOf([1e-6])));
  expectRoom(accuracyPicture("a", metricOf("holdout_mae"), scoresOf(many.map((value) => 1e9 + value))));
  expectRoom(accuracyPicture("a", metricOf("holdout_mae"), scoresOf(many.map((value) => 1e-6 * value))));
  expectRoom(accuracyPicture("a", metricOf("holdout_mase"), scoresOf(many.map(() => 1))));
  expectRoom(accuracyPicture("a", metricOf("log_likelihood"), scoresOf(many.map((value) => -50 - value))));
  expectRoom(accuracyPicture("a", metricOf("holdout_mase"), []));
  const far = accuracyPicture("a", metricOf("holdout_mae"), scoresOf([...many, 1e12]));
  expectRoom(far);
  expect(far).toContain("1 beyond the axis, in the last bar");
});

it("a comparison: long names, huge, equal, negative and far values", () => {
  const compared = (pairs: readonly (readonly [number, number])[]) =>
    comparisonPicture({
      runs: [LONG, `${LONG}-again`],
      metric: "holdout_mase",
      better: "lower",
      wins: 1,
      losses: 1,
      ties: 0,
      pairs: pairs.map(([a, b], i) => ({ partitionKey: `s:${i}`, a, b })),
      matched: { change: { mean: -1e-9, median: 0, count: pairs.length } },
    } as unknown as Comparison);
  const steps = Array.from({ length: 200 }, (_, i) => i);
  expectRoom(compared(steps.map((i) => [1e6 + 0.001 * i, 1e6])));
  expectRoom(compared(steps.map(() => [1, 1])));
  expectRoom(compared(steps.map((i) => [-1e9 * i, -1.1e9 * i])));
  expectRoom(compared([[1e-6, 2e-6]]));
  const far = compared([...steps.map((i): [number, number] => [i, i + 1]), [1, 1e12]]);
  expectRoom(far);
  expect(far).toContain("1 beyond, in the bars at the ends");
  expect(far).toContain("1 beyond (rings)");
});

/** Returns a series with a forecast of ten steps; without one where there is only a reason. */
function seriesOf(key: string, value: (t: number) => number, n = 60, reason?: string): PartitionSeries {
  const times = Float64Array.from({ length: n }, (_, t) => 20_000 * DAY + t * DAY);
  const mean = Float64Array.from({ length: 10 }, (_, h) => value(n + h));
  return {
    of: `run ${LONG}`,
    target: "quantity",
    levels: [80, 95],
    scores: "steps",
    fitted: null,
    log: null,
    keyColumns: [{ name: "SKU", type: "string" }],
    time: { name: "DAY", type: "date" },
    row: { key: [key], modelKind: "conformal", model: null, metrics: null, outcome: "succeeded" },
    times,
    values: times.map((_, t) => value(t)),
    trained: n,
    note: null,
    scored: reason
      ? { status: "NO_MODEL", errorType: "fit-error", errorMessage: reason }
      : {
          mean,
          times: Array.from(mean, (_, h) => times.at(-1)! + (h + 1) * DAY),
          lower: [1, 2].map((width) => mean.map((m) => m - width * Math.abs(0.1 * m))),
          upper: [1, 2].map((width) => mean.map((m) => m + width * Math.abs(0.1 * m))),
        },
  } as unknown as PartitionSeries;
}

it("series and forecasts: long keys, foreign letters, huge, tiny, equal and negative values, one point, no model", () => {
  const wave = (t: number) => Math.sin(t / 3);
  const odd = [
    seriesOf("W".repeat(60), (t) => 1e9 * (1 + 0.1 * wave(t))),
    seriesOf("a-key-of-many-words-that-goes-on-and-on-until-it-has-sixty", (t) => 1e-6 * (2 + wave(t))),
    seriesOf("東京・渋谷区・店舗番号一二三四五六七八九十・売場東京・渋谷区・店舗番号", () => 5),
    seriesOf("مفتاح عربي طويل جدا للاختبار", (t) => -100 + 10 * wave(t)),
    seriesOf("tiny range", (t) => 1_000_000 + 0.001 * (t % 3)),
    seriesOf("huge", (t) => 1e15 * (1 + 0.05 * wave(t))),
    seriesOf("one point", () => 5, 1, "none of the methods can be fitted to a series of one observation"),
    seriesOf("W".repeat(60), () => 0, 1, "none of the methods can be fitted to a series of one observation"),
  ];
  expectRoom(forecastsPicture(odd, "the first 8 partitions, each on a scale of its own", 90));
  for (const one of odd) expectRoom(seriesPicture(one));
});

it("one point without a forecast is drawn within days of it, not years", () => {
  expect(seriesPicture(seriesOf("one point", () => 5, 1, "no"))).not.toMatch(/>20\d\d</);
});

it("newer rows have a line at the end of the training data, and missing steps a gap and a sentence", () => {
  const whole = seriesOf("a", (t) => t);
  const newer = seriesPicture({ ...whole, trained: 50 });
  expect(newer).toContain("50 observations of quantity, then 10 newer");
  expect(newer).toContain("the model was fitted up to here");
  expectRoom(newer);
  const points = (svg: string) =>
    [.../class="line forecast" d="([^"]*L[^"]*L[^"]*)"/.exec(svg)![1]!.matchAll(/[ML]/g)].length;
  expect(points(newer)).toBe(11);
  const values = whole.values.map((value, t) => (t < 50 ? value : NaN));
  const missing = seriesPicture({ ...whole, values, trained: 50, note: "10 newer steps cannot be shown" });
  expect(points(missing)).toBe(10);
  expect(missing).toContain("10 newer steps cannot");
  expectRoom(missing);
});
