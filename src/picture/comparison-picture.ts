import { axisEnd } from "../core/axis-end.ts";
import { comparedValue, improvement } from "../core/metric.ts";
import type { Comparison } from "../refine/compare.ts";
import { formatNumber } from "../text/number.ts";
import { HEADING, heading } from "./heading.ts";
import { histogram } from "./histogram.ts";
import { axes, line, type PlotArea, withRoom } from "./plot-area.ts";
import { linearScale } from "./scale.ts";
import { element, label, picture } from "./svg.ts";

const SIZE = 340;
const TOP = HEADING + 32;
const BINS = 41;
/** Pixels between the two plots. */
const MARGIN = 88;
const MOST_DOTS = 5000;

/** Returns two runs as an SVG: how much partitions changed, and B against A with the line where they are equal. */
export function comparisonPicture(comparison: Comparison): string {
  const { runs, wins, losses, ties, metric, matched } = comparison;
  const title = `${runs[1]} against ${runs[0]}`;
  const about = `${metric}: better on ${wins}, worse on ${losses}, the same on ${ties}; mean change ${formatNumber(matched.change.mean, 3)}, median ${formatNumber(matched.change.median, 3)}`;
  const left = { left: 64, top: TOP, width: SIZE, height: SIZE };
  const right = { ...left, left: 64 + SIZE + MARGIN };
  const width = right.left + SIZE + 24;
  return picture(
    {
      title,
      description: `${title} over ${matched.change.count} partitions. ${about}.`,
      width,
      height: TOP + SIZE + 52,
    },
    heading(title, about, width),
    changes(comparison, left),
    scatter(comparison, right),
  );
}

/** Draws the number of partitions by the size of their change. */
function changes(comparison: Comparison, area: PlotArea): string {
  const { pairs, metric, matched } = comparison;
  const values = pairs.map((pair) => comparedValue(comparison, pair.b) - comparedValue(comparison, pair.a));
  const sizes = values.map(Math.abs).sort((x, y) => x - y);
  const reach = axisEnd(sizes, 0) || 1;
  const beyond = sizes.filter((size) => size > reach).length;
  const width = (2 * reach) / BINS;
  return histogram(values, area, {
    range: [-reach, reach],
    bins: BINS,
    role: (middle) =>
      Math.abs(middle) < width / 2 ? "same" : middle < 0 === (comparison.better !== "higher") ? "better" : "worse",
    marks: [{ value: matched.change.mean, text: `mean ${formatNumber(matched.change.mean, 3)}` }],
    names: {
      x: `change of ${metric}`,
      y: beyond > 0 ? `partitions; ${beyond} beyond, in the bars at the ends` : "partitions",
    },
  });
}

/**
 * Returns every partition (at most 5,000, evenly spread) as a dot beside the line where both are equal. A ring on the
 * border lies beyond it.
 */
function scatter(comparison: Comparison, outer: PlotArea): string {
  const {
    pairs,
    runs: [a, b],
  } = comparison;
  const sorted = pairs.flatMap((pair) => [pair.a, pair.b]).sort((x, y) => x - y);
  const low = Math.min(0, sorted[0] ?? 0);
  const end = axisEnd(sorted, low);
  const range = [low, end > low ? end + 0.05 * (end - low) : low + 1] as const;
  const y = linearScale(range, [outer.top + outer.height, outer.top], 5);
  const area = withRoom(outer, y, MARGIN);
  const x = linearScale(range, [area.left, area.left + area.width], 5);
  const every = Math.ceil(pairs.length / MOST_DOTS);
  const clamp = (value: number) => Math.min(range[1], value);
  const dots = pairs
    .filter((_, i) => i % every === 0)
    .map((pair) => {
      const gain = improvement(comparison, pair.a, pair.b);
      const role = gain > 0 ? "better" : gain < 0 ? "worse" : "same";
      const place = { cx: x(clamp(pair.a)), cy: y(clamp(pair.b)) };
      const isBeyond = pair.a > range[1] || pair.b > range[1];
      return element(
        "circle",
        isBeyond
          ? { ...place, class: `line ${role}`, r: 4, "stroke-width": 1.5 }
          : { ...place, class: role, r: 2.5, "fill-opacity": 0.6 },
      );
    });
  const beyond = pairs.filter((pair) => pair.a > range[1] || pair.b > range[1]).length;
  const note =
    beyond === 0 ? "" : label(`${beyond} beyond (rings)`, { class: "soft over", x: area.left + 8, y: area.top + 14 });
  const equal = line("soft", range.map(x), range.map(y), { width: 1, dash: "4 4" });
  return `${axes(area, x, y, { x: a, y: b })}${equal}${dots.join("")}${note}`;
}
