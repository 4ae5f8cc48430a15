import { brent } from "./brent.ts";

/**
 * Minimises a function that may have several minima: the best point of an ascending grid, then Brent's method between
 * its neighbours; the grid's point stands where that finds no lower value. Of points that are equal to rounding, the least is
 * the best: otherwise the scale of the values would decide between them.
 *
 * @returns where the function is least
 */
export function gridBrent(f: (x: number) => number, grid: readonly number[], tolerance: number): number {
  const values = grid.map(f);
  const least = Math.min(...values);
  const best = values.findIndex((value) => value <= least + 1e-12 * Math.abs(least));
  const lower = grid[Math.max(0, best - 1)]!;
  const upper = grid[Math.min(grid.length - 1, best + 1)]!;
  const minimum = brent(f, { lower, upper, tolerance });
  return minimum.value < values[best]! ? minimum.x : grid[best]!;
}
