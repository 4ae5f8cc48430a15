import type { LeadTime } from "../core/lead-time.ts";
import type { Orders } from "./score-partition.ts";

/**
 * Loads what computes order levels, where they are asked for: with it comes the whole forecasting library, which other batches do
 * without.
 */
export async function loadOrders(leadTime: LeadTime | undefined): Promise<{ readonly orders?: Orders }> {
  if (leadTime === undefined) return {};
  const { ordersOver } = await import("./order-level.ts");
  return { orders: ordersOver(leadTime) };
}
