import type { PartitionSeries } from "../inspect/partition-series.ts";
import { HEADING, heading } from "./heading.ts";
import type { PlotArea } from "./plot-area.ts";
import { fan, lastOf } from "./series-picture.ts";
import { keyTitle, whyNot } from "./series-text.ts";
import { label, picture } from "./svg.ts";
import { fit, fitName, textWidth } from "./text-width.ts";

const COLUMNS = 3;
const PANEL = { width: 312, height: 176 };
const LEFT = 12;
/** Pixels for the numbers at the left of a panel. */
const MARGIN = 46;

/**
 * Returns the forecasts of several partitions as an SVG of small multiples, each on a scale of its own.
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
  const width = 2 * LEFT + COLUMNS * PANEL.width;
  return picture(
    {
      title,
      description: `${about}: ${all.map(keyTitle).join("; ")}.`,
      width,
      height: HEADING + 8 + rows * PANEL.height + 12,
    },
    heading(title, about, width),
    ...panels,
  );
}

function panel(series: PartitionSeries, { left, top, width, height }: PlotArea): string {
  const why = whyNot(series);
  const room = width - 24 - 10;
  const key = keyTitle(series);
  // A long key has most of the line; why there is no forecast, half of it.
  const half = Math.max(room * (why ? 0.5 : 0.3), room - textWidth(key, 12, true));
  const title = fit(why || (series.row.modelKind ?? ""), half, 11);
  return [
    label(fitName(key, room - textWidth(title, 11), 12, true), {
      class: "ink",
      x: left + 12,
      y: top + 18,
      "font-weight": 600,
    }),
    label(title, {
      class: "soft",
      x: left + width - 12,
      y: top + 18,
      "text-anchor": "end",
      "font-size": 11,
    }),
    fan(
      series,
      { left: left + MARGIN, top: top + 30, width: width - MARGIN - 16, height: height - 62 },
      { ticks: 4, margin: MARGIN },
    ),
  ].join("");
}
