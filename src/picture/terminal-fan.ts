import { at, zip } from "../core/aligned.ts";
import type { PartitionSeries } from "../inspect/partition-series.ts";
import { axisFormat } from "../text/number.ts";
import { rangeOf } from "./scale.ts";

/** The size of a picture of characters, axes included. */
export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** Braille characters hold 2 × 4 dots; the bits of the dots of a column, from above. */
const DOTS = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const;
/** Shades of the intervals, the widest first. */
const SHADES = ["░", "▒", "▓"];

/** In fewer columns there is nothing to be seen. */
const LEAST_WIDTH = 10;

/** One time of a terminal's picture: a point, and the intervals about it. */
interface Moment {
  readonly value: number;
  readonly lower: readonly number[];
  readonly upper: readonly number[];
}

/**
 * Returns the end of a series and its forecast, drawn with characters: dots are observations, then forecasts; shades
 * are the intervals, paler the wider. Empty where there is no forecast of steps, or no room for a picture.
 *
 * @returns lines of text
 */
export function terminalFan({ values, scores, scored }: PartitionSeries, { columns, rows }: TerminalSize): string[] {
  if (scores === "rows" || !("mean" in scored) || scored.mean.length === 0) return [];
  const { mean, lower, upper } = scored;
  const history = values.subarray(Math.max(0, values.length - Math.max(3 * mean.length, 24)));
  const moments = [
    ...Array.from(history, (value): Moment => ({ value, lower: [], upper: [] })),
    ...Array.from(
      mean,
      (value, i): Moment => ({
        value,
        lower: lower.map((bound) => at(bound, i)),
        upper: upper.map((bound) => at(bound, i)),
      }),
    ),
  ];
  const [low, high] = rangeOf([history, mean, ...lower, ...upper]);
  const format = axisFormat(low, high, (high - low) / 20);
  const [top, centre, bottom] = [format(high), format((low + high) / 2), format(low)];
  const margin = Math.max(top.length, centre.length, bottom.length) + 1;
  if (columns - margin - 1 < LEAST_WIDTH) return [];
  const width = Math.min(columns - margin - 1, 2 * moments.length);
  const grid = drawMoments(moments, [low, high], width, rows);
  const middle = Math.floor((rows - 1) / 2);
  return grid.map((cells, row) => {
    const text = row === 0 ? top : row === middle ? centre : row === rows - 1 ? bottom : "";
    return `${text.padStart(margin - 1)} │${cells.join("")}`.trimEnd();
  });
}

/** Returns a value between two moments, linearly; that of the nearer one where the other has none. */
function between(moments: readonly Moment[], place: number, value: (moment: Moment) => number | undefined): number {
  const before = Math.min(moments.length - 1, Math.floor(place));
  const after = Math.min(moments.length - 1, before + 1);
  const share = place - before;
  const [a, b] = [value(at(moments, before)) ?? NaN, value(at(moments, after)) ?? NaN];
  return Number.isFinite(a) && Number.isFinite(b) ? a + share * (b - a) : share < 0.5 ? a : b;
}

function drawMoments(
  moments: readonly Moment[],
  [low, high]: readonly [number, number],
  width: number,
  rows: number,
): string[][] {
  const grid = Array.from({ length: rows }, () => new Array<string>(width).fill(" "));
  const dots = Array.from({ length: rows }, () => new Uint8Array(width));
  const row = (value: number, scale: number) =>
    Math.min(rows * scale - 1, Math.max(0, Math.floor(((high - value) / (high - low)) * rows * scale)));
  const place = (x: number, across: number) => (x * (moments.length - 1)) / Math.max(1, across - 1);
  const levels = at(moments, -1).lower.length;
  for (let x = 0; x < width; x++)
    // The narrowest interval comes first, and is drawn last.
    for (let level = levels - 1; level >= 0; level--) {
      const lower = between(moments, place(x, width), (moment) => moment.lower[level]);
      const upper = between(moments, place(x, width), (moment) => moment.upper[level]);
      if (!Number.isFinite(lower) || !Number.isFinite(upper)) continue;
      const shade = SHADES[levels - 1 - level] ?? at(SHADES, -1);
      for (let y = row(upper, 1); y <= row(lower, 1); y++) at(grid, y)[x] = shade;
    }
  let before = NaN;
  for (let x = 0; x < 2 * width; x++) {
    const value = between(moments, place(x, 2 * width), (moment) => moment.value);
    const y = Number.isFinite(value) ? row(value, 4) : NaN;
    // Dots from halfway to the last one, so that steep lines hang together.
    const from = Number.isNaN(before) ? y : Math.round((before + y) / 2);
    for (let dot = Math.min(y, from); dot <= Math.max(y, from); dot++) {
      const cells = at(dots, dot >> 2);
      cells[x >> 1] = at(cells, x >> 1) | at(at(DOTS, x & 1), dot & 3);
    }
    before = y;
  }
  for (const [cells, line] of zip(dots, grid))
    for (const [x, bits] of cells.entries()) if (bits > 0) line[x] = String.fromCodePoint(0x2800 + bits);
  return grid;
}
