import { heading } from "../../../picture/heading.ts";
import { axes, band, line, withRoom } from "../../../picture/plot-area.ts";
import { linearScale } from "../../../picture/scale.ts";
import { element, label, picture } from "../../../picture/svg.ts";
import { textWidth } from "../../../picture/text-width.ts";
import type { Line } from "../../wire.ts";
import type { FanLines, Tone } from "./fan-lines.ts";

const [WIDTH, HEIGHT, MARGIN, LEGEND, TOP] = [960, 440, 64, 72, 108];
/** The roles of the pictures of `manymodel plot` that have the colours of the page. */
const ROLES: Readonly<Record<Tone, string>> = {
  ink: "observed",
  accent: "forecast",
  good: "better",
  warn: "fitted",
  bad: "worse",
  muted: "soft",
};

/** The visible part of a chart, and its name. */
export interface ShownChart {
  readonly title: string;
  readonly description: string;
  readonly target: string;
  readonly isCalendar: boolean;
  /** The ends of both axes; those of a calendar in milliseconds since 1970. */
  readonly across: readonly [from: number, to: number];
  readonly up: readonly [from: number, to: number];
}

/** Returns the chart of a series as an SVG document in the form of the pictures of `manymodel plot`. */
export function fanDocument(fan: FanLines, part: ShownChart): string {
  const { title, description, target, isCalendar, across, up } = part;
  const outer = { left: MARGIN, top: TOP, width: WIDTH - MARGIN - 24, height: HEIGHT - TOP - 36 };
  const y = linearScale(up, [outer.top + outer.height, outer.top], 6);
  const area = withRoom(outer, y, MARGIN);
  const { left, top, width, height } = area;
  const x = linearScale(across, [left, left + width], 8, isCalendar ? "calendar" : "number");
  const xs = fan.x.map(x);
  const along = (values: Line) => values.map((value) => (value === null ? Number.NaN : y(value)));
  const lines = fan.lines.map(({ name, tone, width: thickness, dash, values }) => {
    const style = { width: thickness, ...(dash !== undefined && { dash: dash.join(" ") }) };
    return { name, role: ROLES[tone], style, values };
  });
  let start = 24;
  const legend = lines.map(({ name, role, style }) => {
    const from = start;
    start += 48 + textWidth(name);
    return (
      line(role, [from, from + 20], [LEGEND, LEGEND], style) +
      label(name, { class: "soft", x: from + 26, y: LEGEND + 4 })
    );
  });
  return picture(
    { title, description, width: WIDTH, height: HEIGHT },
    heading(title, description, WIDTH),
    ...legend,
    axes(area, x, y, { y: target }),
    // What is beyond the visible part is cut off.
    element(
      "svg",
      { x: left, y: top, width, height, viewBox: `${left} ${top} ${width} ${height}` },
      ...fan.bands.map(({ tone, lower, upper, alpha }) => band(ROLES[tone], xs, along(lower), along(upper), alpha)),
      ...lines.map(({ role, values, style }) => line(role, xs, along(values), style)),
    ),
  );
}
