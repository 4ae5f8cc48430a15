import { type Hierarchy, sumUp } from "@manymodel/forecast/hierarchy";
import { at } from "../core/aligned.ts";
import type { StepForecasts } from "./base-forecasts.ts";

/**
 * Returns the bounds of reconciled forecasts: each base interval moves with its forecast, its two halves times the
 * square root of reconciled over base variance where the method says what that is. A node without a base interval gets
 * halves that are the root of the sum of its leaves' squares, as if the leaves' errors were independent. A leaf without
 * a base forecast counts as zero there, and one without a base interval leaves the interval of such a sum unknown.
 *
 * @param reconciled - point forecasts over all nodes
 * @param ratios - reconciled over base variance by node; 1 throughout when null
 * @param derived - 1 at aggregates that are sums of leaves, whatever base forecast there is
 * @returns lower and upper bounds over all nodes for each coverage
 */
export function reconciledBounds(
  hierarchy: Hierarchy,
  base: StepForecasts,
  reconciled: Float64Array,
  ratios: Float64Array | null,
  derived: Uint8Array,
): Pick<StepForecasts, "lower" | "upper"> {
  const bounds = (side: readonly Float64Array[], sign: 1 | -1) =>
    side.map((bound) => {
      const halves = bound.map((value, node) => {
        const half = sign * (value - at(base.mean, node));
        return ratios === null ? half : half * Math.sqrt(at(ratios, node));
      });
      const squares = sumUp(
        hierarchy,
        halves.map((half, node) => (Number.isNaN(at(base.mean, node)) ? 0 : half * half)),
      );
      return halves.map((half, node) => {
        const alone = node < hierarchy.aggregates && (derived[node] === 1 || Number.isNaN(half));
        return at(reconciled, node) + sign * (alone ? Math.sqrt(at(squares, node)) : half);
      });
    });
  return { lower: bounds(base.lower, -1), upper: bounds(base.upper, 1) };
}
