import { expect, it } from "vitest";
import { metricOf } from "../../src/core/metric.ts";
import { accuracyOf } from "../../src/dashboard/night/run-accuracy.ts";
import { seriesDetail } from "../../src/dashboard/series/series-view.ts";
import { fanDocument } from "../../src/dashboard/web/charts/fan-document.ts";
import { fanLines } from "../../src/dashboard/web/charts/fan-lines.ts";
import { accuracyPicture } from "../../src/picture/accuracy-picture.ts";
import { rangeOf } from "../../src/picture/scale.ts";
import type { PartitionScore } from "../../src/refine/run-scores.ts";
import { formatNumber } from "../../src/text/number.ts";
import { fillDaily, openWorkspace } from "../workspace.ts";
import { plainTable } from "./plain-table.ts";

const DAY = 86_400_000;

it("the page and plot accuracy state the same numbers of a run", async () => {
  // The last value is so far from the others that both axes end before it.
  const values = [...Array.from({ length: 200 }, (_, i) => ((i * 37) % 200) / 70), 1e6];
  const kinds = values.map((_, i) => (i % 3 === 0 ? "ets" : "theta"));
  const keys = values.map((_, i) => `s:${i}`);
  const { spread, scored, beyond, kinds: byKind } = await accuracyOf(plainTable(keys, { holdout_mase: values }, kinds));
  const scores = values.map(
    (value, i): PartitionScore => ({
      partitionKey: keys[i] ?? "",
      value,
      why: null,
      nObs: 100,
      modelKind: kinds[i] ?? null,
      ...{ outcome: "succeeded", fitMs: 1, dataSha256: null, error: Number.NaN, size: Number.NaN },
      ...{ segment: 0, at: i },
    }),
  );
  const svg = accuracyPicture("run", metricOf("holdout_mase"), scores);
  const write = (value: number | null) => formatNumber(value ?? Number.NaN, 3);
  for (const text of [
    `${scored} partitions: median ${write(spread.median)}, mean ${write(spread.mean)}`,
    `nine in ten below ${write(spread.p90)}`,
    `${beyond} beyond the axis`,
    ...byKind.map(({ kind, count }) => `${kind} · ${count}`),
  ])
    expect(svg).toContain(text);
});

it("the page and plot series draw the same lines, point by point", async () => {
  const mm = await openWorkspace(
    "memory",
    "source: { table: SALES, partition_by: UNIT_ID, order_by: OBS_DATE, target: Y }\ntrain: { holdout: 3, horizon: 5 }\n",
  );
  await fillDaily(mm, 2, 40);
  const { runId } = await mm.train("drift");
  const detail = await seriesDetail(mm.engine, runId, "s:U01");
  const series = "series" in detail ? detail.series : null;
  if (series === null || series.forecast === null || series.times === null) throw new Error("there is no forecast");
  const { forecast, times, y, target } = series;
  const numbers = (line: readonly (number | null)[]) => line.map((value) => value ?? Number.NaN);
  const drawing = fanDocument(fanLines(series, [], { withFitted: false, lastYear: false }), {
    ...{ title: "", description: "", target, isCalendar: true },
    across: rangeOf([times], 0.01, DAY),
    up: rangeOf([y, forecast.mean, ...forecast.lower, ...forecast.upper].map(numbers)),
  });
  const picture = await mm.pictures.series("U01", { run: runId, last: 40 });
  // The long lines: those of the legend are level.
  const paths = (svg: string, role: string) =>
    [...svg.matchAll(new RegExp(`<path class="(?:line )?${role}" d="([^"]*L[^"]*L[^"]*)"`, "g"))].map(([, d]) => d);
  for (const role of ["observed", "forecast"]) {
    expect(paths(picture, role).length).toBeGreaterThan(0);
    expect(paths(drawing, role)).toEqual(paths(picture, role));
  }
});
