import { ManymodelError, show } from "./errors.ts";

/** The time from an order to its arrival, and how safe the stock is to be meanwhile. */
export interface LeadTime {
  /** Steps of the forecast, or the column whose newest value in a partition's rows has them. */
  readonly steps: number | string;
  /** The probability that the demand over the lead time does not exceed the order-up-to level. */
  readonly serviceLevel: number;
}

/** The order-up-to level of one partition. */
export interface OrderLevel {
  /** Number of steps until an order arrives. */
  readonly leadTime: number;
  /** The point forecast of the demand over the lead time. */
  readonly demand: number;
  /** The quantile of the demand over the lead time at the service level; NaN if the model has no intervals. */
  readonly orderUpTo: number;
}

/** The columns of a forecast table that hold what to order by, in the row of the step in which an order arrives. */
export const ORDER_COLUMNS = ["LEAD_TIME", "LEAD_DEMAND", "ORDER_UP_TO", "SAFETY_STOCK"] as const;

/** The service level where none is stated. */
export const SERVICE_LEVEL = 0.95;

/** Checks a lead time against a horizon. @throws {ManymodelError} `usage` naming what is out of range */
export function checkLeadTime({ steps, serviceLevel }: LeadTime, horizon: number): void {
  if (!(serviceLevel > 0 && serviceLevel < 1))
    throw new ManymodelError(
      "usage",
      `service_level is ${show(serviceLevel)}; it must be a probability between 0 and 1, such as 0.95`,
    );
  if (typeof steps === "string") return;
  if (!Number.isSafeInteger(steps) || steps < 1)
    throw new ManymodelError("usage", `lead_time is ${show(steps)}; it must be a whole number of steps, or a column`);
  if (steps > horizon)
    throw new ManymodelError(
      "usage",
      `lead_time is ${steps} steps, but the horizon is ${horizon}; forecast at least ${steps} steps (batch.horizon)`,
    );
}
