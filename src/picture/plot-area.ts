import { at } from "../core/aligned.ts";
import type { Scale } from "./scale.ts";
import { element, label, round } from "./svg.ts";
import { fitName, textWidth } from "./text-width.ts";

/** The area of a picture in which something is plotted, in pixels. */
export interface PlotArea {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The size of the numbers at the ticks. */
const SMALL = 11;

/**
 * Returns an area with room for the numbers of its y axis: where the margin is too small for them, it begins further to
 * the right.
 */
export function withRoom(area: PlotArea, y: Scale, margin: number): PlotArea {
  const needed = Math.ceil(Math.max(0, ...y.ticks.map(({ text }) => textWidth(text, SMALL))) + 12);
  const by = Math.max(0, needed - margin);
  return { ...area, left: area.left + by, width: area.width - by };
}

/** Returns the lines and numbers at the ticks of both axes, with what the axes count. */
export function axes(
  { left, top, width, height }: PlotArea,
  x: Scale,
  y: Scale,
  names: { readonly x?: string; readonly y?: string } = {},
): string {
  const bottom = top + height;
  const lines = y.ticks.map(({ value }) => `M${round(left)} ${round(y(value))}h${round(width)}`).join("");
  const marks = x.ticks.map(({ value }) => `M${round(x(value))} ${round(bottom)}v4`).join("");
  return [
    element("path", { class: "line grid", d: lines }),
    element("path", { class: "line soft", d: `M${round(left)} ${round(bottom)}h${round(width)}${marks}` }),
    ...y.ticks.map(({ value, text }) =>
      label(text, { class: "soft", x: left - 8, y: y(value) + 4, "text-anchor": "end", "font-size": SMALL }),
    ),
    ...apart(x).map(({ value, text }) =>
      label(text, { class: "soft", x: x(value), y: bottom + 17, "text-anchor": "middle", "font-size": SMALL }),
    ),
    ...(names.x === undefined
      ? []
      : [
          label(fitName(names.x, width + 48), {
            class: "soft",
            x: left + width / 2,
            y: bottom + 36,
            "text-anchor": "middle",
          }),
        ]),
    ...(names.y === undefined ? [] : [label(fitName(names.y, width), { class: "soft", x: left, y: top - 8 })]),
  ].join("");
}

/** Returns the ticks of an x axis whose numbers do not meet the one before. */
function apart(x: Scale): Scale["ticks"] {
  let end = -Infinity;
  return x.ticks.filter(({ value, text }) => {
    const half = textWidth(text, SMALL) / 2;
    if (x(value) - half < end + 4) return false;
    end = x(value) + half;
    return true;
  });
}

/** Returns a line through points; broken where a value is missing, a dot where it has no neighbour. */
export function line(
  role: string,
  xs: readonly number[],
  ys: readonly number[],
  style: { readonly width?: number; readonly dash?: string } = {},
): string {
  let d = "";
  let dots = "";
  const there = (i: number) => Number.isFinite(ys[i]);
  for (const [i, y] of ys.entries()) {
    if (!there(i)) continue;
    const x = at(xs, i);
    const point = `${round(x)} ${round(y)}`;
    if (there(i - 1)) d += `L${point}`;
    else if (there(i + 1)) d += `M${point}`;
    else dots += element("circle", { class: role, cx: x, cy: y, r: 1.6 });
  }
  const stroke = { "stroke-width": style.width ?? 1.4, "stroke-linejoin": "round", "stroke-dasharray": style.dash };
  return `${d === "" ? "" : element("path", { class: `line ${role}`, d, ...stroke })}${dots}`;
}

/** Returns the space between two lines; broken where either is missing. */
export function band(
  role: string,
  xs: readonly number[],
  lower: readonly number[],
  upper: readonly number[],
  opacity: number,
): string {
  let d = "";
  const there = (i: number) => i < xs.length && Number.isFinite(lower[i]) && Number.isFinite(upper[i]);
  for (let i = 0; i < xs.length; i++) {
    if (!there(i)) continue;
    let end = i;
    while (there(end + 1)) end++;
    const point = (j: number, ys: readonly number[]) => `${round(at(xs, j))} ${round(at(ys, j))}`;
    const along = Array.from({ length: end - i + 1 }, (_, k) => i + k);
    d += `M${along.map((j) => point(j, upper)).join("L")}L${along
      .reverse()
      .map((j) => point(j, lower))
      .join("L")}Z`;
    i = end;
  }
  return d === "" ? "" : element("path", { class: role, d, "fill-opacity": opacity });
}
