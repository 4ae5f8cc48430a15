import { label } from "./svg.ts";
import { fit } from "./text-width.ts";

/** The space that a heading takes above what it is over. */
export const HEADING = 56;
const LEFT = 24;

/** Draws the title of a picture of this width, and a line about it. */
export function heading(title: string, about: string, width: number): string {
  const room = width - 2 * LEFT;
  return [
    label(fit(title, room, 16, true), { class: "ink", x: LEFT, y: 28, "font-size": 16, "font-weight": 600 }),
    label(fit(about, room), { class: "soft", x: LEFT, y: 47 }),
  ].join("");
}
