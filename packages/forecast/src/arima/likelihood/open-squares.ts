import type { ArmaOrder } from "../polynomial.ts";
import { kernelSquares } from "./conditional-kernel.ts";
import { type ConditionalWorkspace, plainSquares } from "./conditional-residuals.ts";
import type { ConditionalSquares } from "./conditional-squares.ts";

/**
 * Returns the conditional sum of squares of a model: by the kernel where there is one, else in TypeScript, with the same
 * bits.
 *
 * @param columns - the differenced series, then the differenced regressors
 * @param work - buffers of the TypeScript
 */
export function openSquares(
  order: ArmaOrder,
  columns: readonly Float64Array[],
  work: ConditionalWorkspace,
): ConditionalSquares {
  const byKernel = globalThis.MANYMODEL_KERNELS !== "typescript" && kernelSquares(order, columns);
  return byKernel || plainSquares(order, columns, work);
}
