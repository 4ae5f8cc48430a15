import type { ManyModel } from "manymodel";
import { fillTable } from "../workspace.ts";

const DAY = 86_400_000;

/** The configuration of a workspace that `fillSales` is for. */
export const SALES_YAML =
  "source: { table: SALES, partition_by: sku, order_by: [sku, day], target: qty }\nregister: { name: M }\n";

/** Fills a table with daily sales of three units, of which B jumps after 20 days. */
export function fillSales(mm: ManyModel, days: number): Promise<void> {
  const columns = [
    { name: "sku", type: "string" },
    { name: "day", type: "date" },
    { name: "qty", type: "number" },
  ] as const;
  return fillTable(
    mm,
    "SALES",
    [...columns],
    ["A", "B", "it's <b>C</b>"].flatMap((sku) =>
      Array.from({ length: days }, (_, day) => [sku, day * DAY, sku === "B" && day >= 20 ? 30 : 9 + 2 * (day % 2)]),
    ),
  );
}
