import { normal, random } from "../../../packages/forecast/src/index.ts";
import type { ColumnBatch } from "../../../src/core/columns/column.ts";
import { frame } from "../../../src/model/frame.ts";

const DAY = 86_400_000;

/** Returns normal noise of a seed. */
export const noise = (seed: number) => {
  const uniform = random(seed);
  return () => normal(uniform);
};

/** Returns the whole numbers from one up to, but not including, another. */
export const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

/** Returns daily rows from 2026-01-01, with columns by day number. */
export function daily(days: readonly number[], columns: Record<string, (t: number) => number>) {
  const number = (value: (t: number) => number) => ({
    type: "number" as const,
    values: Float64Array.from(days, value),
  });
  const batch: ColumnBatch = {
    length: days.length,
    columns: {
      DAY: { type: "date", values: Float64Array.from(days, (t) => Date.UTC(2026, 0, 1) + t * DAY) },
      ...Object.fromEntries(Object.entries(columns).map(([name, value]) => [name, number(value)])),
    },
  };
  return frame(batch, 0, days.length);
}
