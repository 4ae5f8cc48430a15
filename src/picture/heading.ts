import { label } from "./svg.ts";

/** The space that a heading takes above what it is over. */
export const HEADING = 56;

/** What a picture is of, and a line about it. */
export function heading(title: string, about: string, left = 24): string {
  return [
    label(shorten(title, 90), { class: "ink", x: left, y: 28, "font-size": 16, "font-weight": 600 }),
    label(shorten(about, 130), { class: "soft", x: left, y: 47 }),
  ].join("");
}

/** A text that fits: its end is left out if need be. */
export function shorten(text: string, length: number): string {
  const characters = [...text];
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join("")}…`;
}
