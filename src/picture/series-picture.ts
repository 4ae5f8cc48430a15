import { at, zip } from "../core/aligned.ts";
import type { PartitionSeries } from "../inspect/partition-series.ts";
import { formatNumber } from "../text/number.ts";
import { HEADING, heading } from "./heading.ts";
import { axes, band, line, type PlotArea, withRoom } from "./plot-area.ts";
import { linearScale, rangeOf } from "./scale.ts";
import { seriesText } from "./series-text.ts";
import { element, label, picture } from "./svg.ts";
import { fit, textWidth } from "./text-width.ts";

const WIDTH = 960;
const HEIGHT = 440;
const MARGIN = 64;
const DAY = 86_400_000;
/** The line at the last observation that the model was fitted to. */
const FITTED_TO = { width: 1, dash: "2 3" };

/**
 * Returns one partition as an SVG: what was observed, the one-step forecasts of its model, and the fan of what it
 * forecasts.
 *
 * @param last - how many observations to show, the last ones; all of them when left out
 */
export function seriesPicture(series: PartitionSeries, last?: number): string {
  const { title, about, description } = seriesText(series);
  const area = { left: MARGIN, top: HEADING + 52, width: WIDTH - MARGIN - 24, height: HEIGHT - HEADING - 52 - 36 };
  const view = { ...series, ...lastOf(series, last) };
  return picture(
    { title, description, width: WIDTH, height: HEIGHT },
    heading(title, about, WIDTH),
    legend(view, 24, HEADING + 12),
    fan(view, area, { ticks: 8, margin: MARGIN, names: { y: series.target } }),
  );
}

/** Returns the last observations of a series, with their one-step forecasts. */
export function lastOf(
  { times, values, fitted, trained }: PartitionSeries,
  last = times.length,
): Pick<PartitionSeries, "times" | "values" | "fitted" | "trained"> {
  const from = Math.max(0, times.length - last);
  return {
    times: times.subarray(from),
    values: values.subarray(from),
    trained: Math.max(0, trained - from),
    fitted: fitted?.subarray(from) ?? null,
  };
}

/**
 * Returns a series and its forecast in an area: wider intervals are paler; the line of forecasts begins at the
 * observation before the first of them, if there is one. Where the model took in newer rows, a line says up to where it
 * was fitted.
 *
 * @param margin - pixels at the left of the area, for the numbers of the y axis
 */
export function fan(
  { times, values, fitted, trained, time, scored }: PartitionSeries,
  outer: PlotArea,
  {
    ticks,
    margin,
    names = {},
  }: { readonly ticks: number; readonly margin: number; readonly names?: { readonly y?: string } },
): string {
  const forecast = "mean" in scored ? scored : undefined;
  const mean = forecast?.mean ?? new Float64Array(0);
  const after = forecast?.times ?? null;
  const isCalendar = time?.type === "date" || time?.type === "timestamp";
  // Forecasts that have no times follow at the series' mean step.
  const last = times.at(-1) ?? 0;
  const step = times.length > 1 ? (last - at(times, 0)) / (times.length - 1) : isCalendar ? DAY : 1;
  const next = Array.from(mean, (_, i) =>
    after !== null && typeof after[i] === "number" ? after[i] : last + (i + 1) * step,
  );
  const bounds = [...(forecast?.lower ?? []), ...(forecast?.upper ?? [])];
  const { top, height } = outer;
  const y = linearScale(rangeOf([values, mean, ...bounds]), [top + height, top], height > 200 ? 6 : 4);
  const area = withRoom(outer, y, margin);
  const { left, width } = area;
  const kind = isCalendar ? "calendar" : "number";
  const x = linearScale(rangeOf([times, next], 0.01, isCalendar ? DAY : 1), [left, left + width], ticks, kind);
  const xs = Array.from(times, x);
  const along = (series: ArrayLike<number>) => Array.from(series, y);
  const nextXs = next.map(x);
  const end = values.length - 1;
  const joins = after !== null && Number.isFinite(values[end]);
  const from = joins ? { xs: [at(xs, end)], value: [at(values, end)] } : { xs: [], value: [] };
  const bands = Array.from(zip(forecast?.lower ?? [], forecast?.upper ?? []), ([lower, upper]) =>
    band("forecast", [...from.xs, ...nextXs], along([...from.value, ...lower]), along([...from.value, ...upper]), 0.17),
  );
  const points =
    nextXs.length === 1 ? element("circle", { class: "forecast", cx: at(nextXs, 0), cy: y(at(mean, 0)), r: 3 }) : "";
  const only =
    times.length === 1 ? element("circle", { class: "observed", cx: at(xs, 0), cy: y(at(values, 0)), r: 3 }) : "";
  return [
    axes(area, x, y, names),
    ...bands.reverse(),
    ...(trained > 0 && trained < times.length
      ? [line("soft", [at(xs, trained - 1), at(xs, trained - 1)], [top, top + height], FITTED_TO)]
      : []),
    ...(fitted === null ? [] : [line("fitted", xs, along(fitted), { width: 1, dash: "3 2" })]),
    line("observed", xs, along(values)),
    line("forecast", [...from.xs, ...nextXs], along([...from.value, ...mean]), { width: 2 }),
    points,
    only,
  ].join("");
}

/** Draws the legend. */
function legend({ fitted, levels, scored, times, trained, note }: PartitionSeries, left: number, top: number): string {
  let start = left;
  const entry = (mark: (x: number) => string, text: string) => {
    const written = mark(start) + label(text, { class: "soft", x: start + 26, y: top + 4 });
    start += 26 + textWidth(text) + 22;
    return written;
  };
  const stroke =
    (role: string, style = {}) =>
    (x: number) =>
      line(role, [x, x + 20], [top, top], style);
  const shade = (opacity: number) => (x: number) =>
    element("rect", { class: "forecast", x, y: top - 6, width: 20, height: 12, "fill-opacity": opacity });
  const intervals = "mean" in scored ? levels.filter((_, i) => at(scored.lower, i).some(Number.isFinite)) : [];
  const entries = [
    entry(stroke("observed"), "observed"),
    ...(fitted === null ? [] : [entry(stroke("fitted", { width: 1, dash: "3 2" }), "one step ahead")]),
    ...("mean" in scored ? [entry(stroke("forecast", { width: 2 }), "forecast")] : []),
    ...intervals.map((level, i) => entry(shade(1 - 0.83 ** (intervals.length - i)), `${formatNumber(level)} %`)),
    ...(trained > 0 && trained < times.length
      ? [entry(stroke("soft", FITTED_TO), "the model was fitted up to here")]
      : []),
  ];
  const noteLabel = note === null ? "" : label(fit(note, WIDTH - 24 - start), { class: "soft", x: start, y: top + 4 });
  return [...entries, noteLabel].join("");
}
