import { histogram as histogramOf } from "../core/histogram.ts";
import { axes, type PlotArea } from "./plot-area.ts";
import { linearScale, type Scale } from "./scale.ts";
import { element, label } from "./svg.ts";
import { textWidth } from "./text-width.ts";

/** Options of a histogram. */
export interface HistogramOptions {
  readonly range: readonly [number, number];
  readonly bins: number;
  /** The role of a bar by the value in its middle. */
  readonly role: (middle: number) => string;
  /** Values that are marked by a line. */
  readonly marks: readonly { readonly value: number; readonly text: string }[];
  readonly names: { readonly x: string; readonly y: string };
}

/** Draws the number of values in each interval. Values beyond the range count at its ends. */
export function histogram(values: readonly number[], area: PlotArea, options: HistogramOptions): string {
  const { range, bins, role, names } = options;
  const [low, high] = range;
  const { counts } = histogramOf(values, low, high, bins);
  const { left, top, width, height } = area;
  const x = linearScale(range, [left, left + width], 6);
  const y = countScale(Math.max(...counts) * 1.12, [top + height, top]);
  const bars = counts.map((count, i) => {
    if (count === 0) return "";
    const from = low + (i / bins) * (high - low);
    const edge = { x: x(from) + 0.5, y: y(count), width: width / bins - 1, height: y(0) - y(count) };
    return element("rect", { class: role(from + (high - low) / bins / 2), ...edge });
  });
  return [axes(area, x, y, names), ...bars, verticals(options.marks, area, x)].join("");
}

/** Returns marked values; what is written at them goes down a line where it would meet the one before. */
function verticals(marks: HistogramOptions["marks"], { left, top, width, height }: PlotArea, x: Scale): string {
  const placed = [...marks].sort((a, b) => a.value - b.value).map(({ value, text }) => ({ at: x(value), text }));
  const visible = placed.filter(({ at }) => at >= left - 1 && at <= left + width + 1);
  const lines = visible.map(({ at }) =>
    element("path", { class: "line ink", d: `M${at.toFixed(2)} ${top}v${height}`, "stroke-dasharray": "3 3" }),
  );
  const texts = visible.map(({ at, text }, i) => {
    const toLeft = at + textWidth(text) + 5 > left + width;
    const place = { x: at + (toLeft ? -5 : 5), y: top + 11 + 16 * i, "text-anchor": toLeft ? "end" : undefined };
    return label(text, { class: "ink over", ...place });
  });
  return [...lines, ...texts].join("");
}

/** Returns a scale of counts: only whole ones are marked. */
function countScale(high: number, [from, to]: readonly [number, number]): Scale {
  const scale = linearScale([0, high], [from, to], 5);
  return Object.assign((value: number) => scale(value), {
    ticks: scale.ticks.filter(({ value }) => Number.isInteger(value)),
  });
}
