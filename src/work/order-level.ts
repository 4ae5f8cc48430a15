import { boundSum } from "../core/bounds.ts";
import { matchColumn } from "../core/columns/column.ts";
import { show } from "../core/errors.ts";
import type { LeadTime } from "../core/lead-time.ts";
import type { Frame } from "../model/frame.ts";
import { sumQuantile } from "../model/sum-quantile.ts";
import { findStepBounds } from "./forecast-bounds.ts";
import type { Orders } from "./score-partition.ts";

/** Returns what computes the order level of each partition, or says why one has none. */
export function ordersOver(leadTime: LeadTime): Orders {
  const { serviceLevel } = leadTime;
  return (data, horizon) => {
    const term = leadTimeOf(leadTime, data, horizon);
    if ("why" in term) return { level: () => term.why };
    const { steps } = term;
    return {
      asked: { steps, serviceLevel },
      level({ model, seed, mean, orderUpTo: quantileOfModel, exports, place, axis }) {
        if (steps > mean.length) return `the forecast has ${mean.length} steps, and the lead time ${steps}`;
        const quantile =
          quantileOfModel ?? sumQuantile(model, { steps, probability: serviceLevel, seed, exports, axis });
        if (quantile === undefined) return NO_QUANTILE;
        const demand = mean.subarray(0, steps).reduce((sum, value) => sum + value, 0);
        const bounds = findStepBounds(exports, mean.length, place);
        return {
          leadTime: steps,
          demand,
          orderUpTo: bounds === undefined ? quantile : boundSum(quantile, bounds, steps),
        };
      },
    };
  };
}

const NO_QUANTILE = "the model definition returns no orderUpTo, and its model is none of the forecasting library's";

/** Finds the lead time of a partition: as stated, or the newest value of the column in its rows, rounded up. */
function leadTimeOf(
  { steps }: LeadTime,
  data: Frame,
  horizon: number,
): { readonly steps: number } | { readonly why: string } {
  if (typeof steps === "number") return { steps };
  const name = matchColumn(
    data.columns.map((column) => column.name),
    steps,
  );
  if (name === undefined) return { why: `the input has no column ${show(steps)}, which is to have the lead time` };
  const value = data.numbers(name).findLast((value) => !Number.isNaN(value));
  if (value === undefined) return { why: `${name} has no value, which is to be the lead time` };
  const whole = Math.ceil(value);
  if (!(whole >= 1)) return { why: `the lead time in ${name} is ${value}; it must be at least 1 step` };
  if (whole > horizon) return { why: `the lead time in ${name} is ${value}, but the horizon is ${horizon} steps` };
  return { steps: whole };
}
