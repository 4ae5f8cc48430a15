import type { Line } from "../../wire.ts";

/** A point of a line: its step, and its value or null where there is none. */
export interface Point {
  readonly step: number;
  readonly value: number | null;
}

/**
 * Reduces a line to what can be seen at a width: of the values that share a column of pixels the first, the least, the
 * greatest and the last, in the order of their steps. Nothing that sticks out is lost. A column without values is a gap.
 *
 * Source: Jugel et al. (2014), M4: A Visualization-Oriented Time Series Data Aggregation, doi:10.14778/2732951.2732953
 */
export function pointsAtWidth(values: Line, columns: number): Point[] {
  if (values.length <= 4 * columns) return values.map((value, step) => ({ step, value }));
  return Array.from({ length: columns }, (_, column) => {
    const from = Math.floor((column * values.length) / columns);
    const to = Math.floor(((column + 1) * values.length) / columns);
    return extremesOf(values, from, to);
  }).flat();
}

function extremesOf(values: Line, from: number, to: number): Point[] {
  const observed: { readonly step: number; readonly value: number }[] = [];
  for (let step = from; step < to; step++) {
    const value = values[step];
    if (value !== null && value !== undefined) observed.push({ step, value });
  }
  const [first] = observed;
  const last = observed.at(-1);
  if (first === undefined || last === undefined) return [{ step: from, value: null }];
  let [least, greatest] = [first, first];
  for (const point of observed) {
    if (point.value < least.value) least = point;
    if (point.value > greatest.value) greatest = point;
  }
  return [...new Set([first, least, greatest, last])].sort((a, b) => a.step - b.step);
}
