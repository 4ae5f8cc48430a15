import { decompose, type FittedModel, mstl } from "@manymodel/forecast";
import { finite } from "../partitions/partition-view.ts";
import type { Components } from "../wire.ts";

/**
 * Returns a series as a sum: of its model's own parts where that has any, else by STL; null without a season that fits
 * twice.
 */
export function componentsOf(
  model: FittedModel | undefined,
  y: Float64Array,
  periods: readonly number[],
): Components | null {
  if (model?.kind === "conformal") return componentsOf(model.model, y, periods);
  if (model !== undefined && (model.kind === "tbats" || model.kind === "bats")) {
    const { trend, seasonal, arma, remainder } = decompose(model, y);
    const seasons = seasonal.map((values, i) => part(`season of ${model.form.periods[i]}`, values));
    const moving = arma.some((value) => value !== 0) ? [part("ARMA", arma)] : [];
    return { source: "model", parts: [part("trend", trend), ...seasons, ...moving, part("remainder", remainder)] };
  }
  const fitting = periods.map(Math.round).filter((period) => period >= 2 && y.length > 2 * period);
  if (fitting.length === 0) return null;
  const { periods: fittedPeriods, trend, seasonal, remainder } = mstl(y, { periods: fitting });
  return {
    source: "stl",
    parts: [
      part("trend", trend),
      ...seasonal.map((values, i) => part(`season of ${fittedPeriods[i]}`, values)),
      part("remainder", remainder),
    ],
  };
}

const part = (name: string, values: Float64Array) => ({ name, values: Array.from(values, finite) });
