import type { PartitionSeries } from "../inspect/partition-series.ts";
import { HEADING, heading, shorten } from "./heading.ts";
import type { PlotArea } from "./plot-area.ts";
import { fan, lastOf } from "./series-picture.ts";
import { keyTitle, whyNot } from "./series-text.ts";
import { label, picture } from "./svg.ts";

const COLUMNS = 3;
const PANEL = { width: 312, height: 176 };
const LEFT = 12;

/**
 * The forecasts of several partitions as an SVG of small multiples, each on a scale of its own.
 *
 * @param about - which partitions these are
 * @param last - how many observations of each to show
 */
export function forecastsPicture(all: readonly PartitionSeries[], about: string, last: number): string {
  const title = `Forecasts of ${all[0]?.of ?? "nothing"}`;
  const rows = Math.ceil(all.length / COLUMNS);
  const panels = all.map((series, i) => {
    const left = LEFT + (i % COLUMNS) * PANEL.width;
    const top = HEADING + 8 + Math.floor(i / COLUMNS) * PANEL.height;
    return panel({ ...series, ...lastOf(series, last), fitted: null }, { left, top, ...PANEL });
  });
  return picture(
    {
      title,
      description: `${about}: ${all.map(keyTitle).join("; ")}.`,
      width: 2 * LEFT + COLUMNS * PANEL.width,
      height: HEADING + 8 + rows * PANEL.height + 12,
    },
    heading(title, about),
    ...panels,
  );
}

function panel(series: PartitionSeries, { left, top, width, height }: PlotArea): string {
  const why = whyNot(series);
  return [
    label(shorten(keyTitle(series), 30), { class: "ink", x: left + 12, y: top + 18, "font-weight": 600 }),
    label(shorten(why || (series.row.modelKind ?? ""), why ? 44 : 20), {
      class: "soft",
      x: left + width - 12,
      y: top + 18,
      "text-anchor": "end",
      "font-size": 11,
    }),
    fan(series, { left: left + 46, top: top + 30, width: width - 62, height: height - 62 }, { ticks: 4 }),
  ].join("");
}
