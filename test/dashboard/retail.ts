import type { ManyModel } from "manymodel";
import { fillTable } from "../workspace.ts";

const DAY = 86_400_000;
const START = Date.UTC(2025, 0, 6);
const STORES = ["Berlin-Mitte", "Hamburg", "Köln", "Leipzig", "München-Süd"];
const CATEGORIES = ["Toys", "Snacks", "Frozen", "Drinks"];
/** Products of each store. */
const PRODUCTS = 40;
/** Days before the second night, and after it. */
const DAYS = [91, 105] as const;

/** Steps until an order arrives. */
export const LEAD_TIME = 7;

/** The run of the first night, with an id as a workflow's tool makes them. */
export const FIRST_NIGHT = `queue_20250407T020000Z_${"nightly-forecasts-of-all-stores_".repeat(2)}0001`;

/** The configuration of the shop: 200 series with attributes, a price and a lead time. */
export const RETAIL_YAML = `source: { table: RETAIL, partition_by: [store, sku], order_by: [day], target: units, attributes: [category], value: price, period: 7 }
train: { horizon: 30, holdout: 14, workers: 2, chunks: 8 }
register: { model: SHOP, alias: champion }
batch: { lead_time: ${LEAD_TIME} }
reconcile: { levels: [{ by: [store, sku], table: FORECASTS }, { by: store }, { by: [] }] }
`;

/** Products that jump up by half after the first night, and those that are too short to be validated. */
const jumps = (i: number) => i % 9 === 4;
const isShort = (i: number) => i % 50 === 7;

/** Fills a table with `days` daily sales of 200 products. A weekly season on a level of its own, with seeded noise. */
function fillShop(mm: ManyModel, days: number): Promise<void> {
  const columns = [
    { name: "store", type: "string" },
    { name: "sku", type: "string" },
    { name: "day", type: "date" },
    { name: "units", type: "number" },
    { name: "category", type: "string" },
    { name: "price", type: "number" },
  ] as const;
  const rows = STORES.flatMap((store, s) =>
    Array.from({ length: PRODUCTS }, (_, p) => {
      const i = PRODUCTS * s + p;
      const category = CATEGORIES[p % CATEGORIES.length] ?? "";
      const sku = `${category.slice(0, 3).toUpperCase()}-${1000 + i}`;
      let seed = 1 + i;
      const noise = () => {
        seed = (48_271 * seed) % 2_147_483_647;
        return seed / 2_147_483_647 - 0.5;
      };
      const level = 10 + 5 * (i % 17) ** 1.5;
      return Array.from({ length: days }, (_, day) => {
        const season = 1 + 0.3 * Math.sin((2 * Math.PI * (day + p)) / 7);
        const shifted = jumps(i) && day >= DAYS[0] ? 1.5 : 1;
        const units = Math.round(level * season * shifted * (1 + 0.4 * noise()));
        return [store, sku, START + day * DAY, units, category, 1 + (p % 10)];
      }).slice(isShort(i) ? days - 10 : 0);
    }).flat(),
  );
  return fillTable(mm, "RETAIL", [...columns], rows);
}

/**
 * Opens a shop after two nights. V1 is a seasonal naive forecast of the first night, V2 the champions of two methods on
 * the second, whose data have jumps that V1 did not know. Both are scored, and V1 is monitored.
 */
export async function openShop(mm: ManyModel): Promise<void> {
  await fillShop(mm, DAYS[0]);
  await mm.train("snaive", { runId: FIRST_NIGHT });
  await mm.models.register({ run: FIRST_NIGHT, alias: "champion" });
  await mm.score();
  await fillShop(mm, DAYS[1]);
  await mm.monitor();
  await mm.train("snaive", { runId: "naive" });
  await mm.train("holt-winters", { runId: "smooth" });
  await mm.runs.champions({ runs: ["naive", "smooth"], metric: "wape", runId: "best" });
  await mm.models.register({ run: "best", alias: "champion" });
  await mm.score();
  await mm.reconcile();
}
