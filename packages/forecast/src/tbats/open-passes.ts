import { gappedPasses } from "./gapped-passes.ts";
import type { Passes, PassSizes } from "./passes.ts";
import { kernelPasses } from "./passes-kernel.ts";
import { plainPasses } from "./plain-passes.ts";

/**
 * Returns the passes over a series: by the kernel where there is one, else in TypeScript, with the same bits. The kernel has
 * memory for one series and form, so passes are valid until the next call.
 *
 * @param y - the series, NaN where missing
 */
export function openPasses(y: Float64Array, sizes: PassSizes): Passes {
  if (y.some(Number.isNaN)) return gappedPasses(y, sizes);
  const byKernel = globalThis.MANYMODEL_KERNELS !== "typescript" && kernelPasses(y, sizes);
  return byKernel || plainPasses(y, sizes);
}
