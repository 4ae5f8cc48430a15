import { axisEnd } from "../core/axis-end.ts";
import { improvement, type Metric } from "../core/metric.ts";
import { distribution } from "../refine/compare.ts";
import type { PartitionScore } from "../refine/run-scores.ts";
import { formatNumber } from "../text/number.ts";
import { HEADING, heading } from "./heading.ts";
import { histogram } from "./histogram.ts";
import { axes, type PlotArea } from "./plot-area.ts";
import { linearScale } from "./scale.ts";
import { element, label, picture } from "./svg.ts";
import { fitName, textWidth } from "./text-width.ts";

const TOP = HEADING + 32;
const WIDTH = 960;
const HEIGHT = 300;
const ROW = 30;
const MOST_KINDS = 9;
/** Pixels for the name of a kind and its count, between the histogram and its bar. */
const LABELS = 150;

/**
 * Returns a metric of a run's partitions as an SVG: its distribution, and where it lies for each kind of model, or for each group.
 *
 * @param groupOf - the name of a partition's group
 */
export function accuracyPicture(
  runId: string,
  metric: Metric,
  scores: readonly PartitionScore[],
  groupOf: (score: PartitionScore) => string = ({ modelKind }) => modelKind ?? "no kind",
): string {
  const usable = scores.filter(({ why }) => why === null);
  const values = usable.map(({ value }) => value).sort((a, b) => a - b);
  const { mean, median, p10, p90 } = distribution(values);
  const [nineInTen, side, mark] = metric.better === "higher" ? [p10, "above", "10 %"] : [p90, "below", "90 %"];
  const title = `${metric.name} of ${runId}`;
  const without = scores.length - usable.length;
  const low = Math.min(0, values[0] ?? 0);
  const end = values.length === 0 ? 1 : axisEnd(values, low);
  const range = [low, end > low ? end + 0.02 * (end - low) : low + 1] as const;
  const beyond = values.filter((value) => value > range[1]).length;
  const about = [
    `${values.length} ${values.length === 1 ? "partition" : "partitions"}${
      values.length === 0
        ? ""
        : `: median ${formatNumber(median, 3)}, mean ${formatNumber(mean, 3)}, nine in ten ${side} ${formatNumber(nineInTen, 3)}`
    }`,
    ...(without > 0 ? [`${without} more have none`] : []),
    ...(beyond > 0 ? [`${beyond} beyond the axis, in the last bar`] : []),
  ].join("; ");
  const isRelative = metric.scale === "naive";
  const left = { left: 64, top: TOP, width: 420, height: HEIGHT };
  return picture(
    { title, description: `${title}. ${about}.`, width: WIDTH, height: TOP + HEIGHT + 52 },
    heading(title, about, WIDTH),
    histogram(values, left, {
      range,
      bins: 40,
      role: (middle) => (!isRelative ? "forecast" : improvement(metric, 1, middle) < 0 ? "worse" : "better"),
      marks: [
        { value: median, text: `median ${formatNumber(median, 3)}` },
        { value: nineInTen, text: `${mark} ${formatNumber(nineInTen, 3)}` },
        ...(isRelative ? [{ value: 1, text: "as naive: 1" }] : []),
      ],
      names: { x: metric.name, y: "partitions" },
    }),
    kinds(groupMembers(usable, groupOf), metric.name, range, { left: 660, top: TOP, width: 276, height: HEIGHT }),
  );
}

/** Returns the scores of each group. */
function groupMembers(
  scores: readonly PartitionScore[],
  groupOf: (score: PartitionScore) => string,
): Map<string, PartitionScore[]> {
  const groups = new Map<string, PartitionScore[]>();
  for (const score of scores) {
    const group = groupOf(score);
    const members = groups.get(group) ?? [];
    members.push(score);
    groups.set(group, members);
  }
  return groups;
}

/** Draws for each group, the largest first, a bar from the 10th to the 90th percentile and a dot at the median. */
function kinds(
  byKind: ReadonlyMap<string, readonly PartitionScore[]>,
  metric: string,
  range: readonly [number, number],
  area: PlotArea,
): string {
  const largest = [...byKind].sort((a, b) => b[1].length - a[1].length).slice(0, MOST_KINDS);
  const plot = { ...area, height: Math.min(area.height, largest.length * ROW + 10) };
  const x = linearScale(range, [area.left, area.left + area.width], 4);
  const rows = largest.map(([kind, members], i) => {
    const { median, p10, p90, count } = distribution(members.map(({ value }) => value));
    const y = plot.top + 5 + (i + 0.5) * ROW;
    const clamp = (value: number) => x(Math.min(range[1], Math.max(range[0], value)));
    const size = ` · ${count}`;
    return [
      label(`${fitName(kind, LABELS - textWidth(size))}${size}`, {
        class: "ink",
        x: area.left - 10,
        y: y + 4,
        "text-anchor": "end",
      }),
      element("rect", {
        class: "forecast",
        x: clamp(p10),
        y: y - 5,
        width: Math.max(1, clamp(p90) - clamp(p10)),
        height: 10,
        rx: 2,
        "fill-opacity": 0.3,
      }),
      element("circle", { class: "forecast", cx: clamp(median), cy: y, r: 4.5 }),
    ].join("");
  });
  const none = Object.assign((value: number) => value, { ticks: [] });
  const left = byKind.size - largest.length;
  const note =
    left === 0
      ? ""
      : label(`${left} smaller groups are not shown`, {
          class: "soft",
          x: area.left + area.width / 2,
          y: plot.top + plot.height + 54,
          "text-anchor": "middle",
        });
  return `${axes(plot, x, none, { x: `${metric}: median, and 10 % to 90 %` })}${rows.join("")}${note}`;
}
