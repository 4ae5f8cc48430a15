import type { EtsForm } from "./form.ts";
import { type EtsSquares, plainSquares } from "./squares.ts";
import { kernelSquares } from "./squares-kernel.ts";

/**
 * Returns the likelihood of a form as a sum of squares: by the kernel where there is one, else in TypeScript, with the same
 * bits.
 *
 * @param y - the series, NaN where missing; it must not change
 */
export function openSquares(form: EtsForm, y: Float64Array, period: number): EtsSquares {
  const byKernel = globalThis.MANYMODEL_KERNELS !== "typescript" && kernelSquares(form, y, period);
  return byKernel || plainSquares(form, y, period);
}
