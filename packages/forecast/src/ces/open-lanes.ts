import { type Lanes, plainLanes } from "./lanes.ts";
import { kernelLanes } from "./lanes-kernel.ts";

/**
 * Returns the lanes of a series: by the kernel where there is one, else in TypeScript, with the same bits.
 *
 * @param y - the series, NaN where missing; it must not change
 * @param places - places of the longest season
 */
export function openLanes(y: Float64Array, places: number): Lanes {
  const byKernel = globalThis.MANYMODEL_KERNELS !== "typescript" && kernelLanes(y, places);
  return byKernel || plainLanes(y);
}
