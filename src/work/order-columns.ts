import type { Column } from "../core/columns/column.ts";
import type { OrderLevel } from "../core/lead-time.ts";

/** An order level, and the row of the step in which the order arrives. */
export interface PlacedOrder {
  readonly row: number;
  readonly order: OrderLevel;
}

/** Lays order levels out as the columns of a table of so many rows. */
export type LayOrders = (orders: readonly PlacedOrder[], length: number) => Column[];

/** Returns the columns `LEAD_TIME`, `LEAD_DEMAND`, `ORDER_UP_TO` and `SAFETY_STOCK`; NULL in rows without an order. */
export const orderColumns: LayOrders = (orders, length) => {
  const leadTimes = new Array<bigint | null>(length).fill(null);
  for (const { row, order } of orders) leadTimes[row] = BigInt(order.leadTime);
  const numbers = (of: (order: OrderLevel) => number): Column => {
    const values = new Float64Array(length).fill(NaN);
    for (const { row, order } of orders) values[row] = of(order);
    return { type: "number", values };
  };
  return [
    { type: "integer", values: leadTimes },
    numbers(({ demand }) => demand),
    numbers(({ orderUpTo }) => orderUpTo),
    numbers(({ demand, orderUpTo }) => orderUpTo - demand),
  ];
};
