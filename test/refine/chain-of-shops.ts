import { normal, type Random, random } from "@manymodel/forecast";
import type { ColumnInfo } from "../../src/core/columns/column.ts";

const DAY = 86_400_000;
const START = Date.UTC(2025, 0, 6);
const CATEGORIES = ["bakery", "dairy", "drinks", "frozen", "household", "toys"];
const SHOPS = 25;

/** The days that models are trained on, and the month after them, which judges them. */
export const TRAINED = 196;
export const JUDGED = 28;

/** Daily sales of one article in one shop, over the trained days and the month after them. */
export interface ShopSeries {
  readonly sku: string;
  readonly category: string;
  readonly shop: string;
  readonly quantity: Float64Array;
  /** 1 where a promotion is planned. */
  readonly promo: Float64Array;
}

/**
 * Returns daily sales that look like a chain's: a category has its week and its reaction to promotions, from which articles deviate; some
 * shops are closed on Sundays; levels drift; promotions last a week. Sales are whole numbers, of some articles mostly 0.
 */
export function chainOfShops(count: number, seed: number): ShopSeries[] {
  const uniform = random(seed);
  const categories = CATEGORIES.map((name) => ({
    name,
    week: Array.from({ length: 7 }, (_, day) => 1 + (day === 4 || day === 5 ? 0.5 : 0.15) * normal(uniform) ** 2),
    lift: 0.2 + 1.6 * uniform(),
    payday: 0.3 * uniform(),
  }));
  const shops = Array.from({ length: SHOPS }, (_, i) => ({
    name: `shop${i}`,
    isClosed: uniform() < 0.4,
    size: uniform(),
  }));
  return Array.from({ length: count }, (_, i): ShopSeries => {
    const category = categories[i % categories.length]!;
    const shop = shops[Math.floor(uniform() * shops.length)]!;
    const isSlow = uniform() < 0.15;
    const size = isSlow ? 0.2 + 0.6 * uniform() : Math.exp(1 + 2.5 * uniform() + shop.size);
    const lift = Math.max(0, category.lift * (1 + 0.3 * normal(uniform)));
    const week = category.week.map((factor) => Math.max(0.1, factor * (1 + 0.1 * normal(uniform))));
    const length = TRAINED + JUDGED;
    const promoted = Array.from({ length: Math.ceil(length / 7) }, () => uniform() < 0.2);
    const promo = Float64Array.from({ length }, (_, t) => Number(promoted[Math.floor(t / 7)]));
    let drift = 0;
    const quantity = promo.map((on, t) => {
      drift += 0.012 * normal(uniform);
      if (shop.isClosed && t % 7 === 6) return 0;
      const payday = new Date(START + t * DAY).getUTCDate() >= 28 ? category.payday : 0;
      return poisson(size * week[t % 7]! * Math.exp(drift) * (1 + lift * on) * (1 + payday), uniform);
    });
    return { sku: `A${String(i).padStart(5, "0")}`, category: category.name, shop: shop.name, quantity, promo };
  });
}

/** Returns a count of a mean: by products of uniform numbers where it is small, else by its normal approximation. */
function poisson(mean: number, uniform: Random): number {
  if (mean > 30) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(uniform)));
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = uniform(); product > limit; product *= uniform()) count++;
  return count;
}

export const SALES: ColumnInfo[] = [
  { name: "SKU", type: "string" },
  { name: "DAY", type: "date" },
  { name: "QTY", type: "number" },
  { name: "PROMO", type: "number" },
  { name: "CATEGORY", type: "string" },
  { name: "SHOP", type: "string" },
];

/** Returns rows of some days of all series, in the columns `SALES`. */
export function rowsOf(series: readonly ShopSeries[], from: number, to: number): unknown[][] {
  return series.flatMap(({ sku, category, shop, quantity, promo }) =>
    Array.from({ length: to - from }, (_, i) => {
      const t = from + i;
      return [sku, START + t * DAY, quantity[t], promo[t], category, shop];
    }),
  );
}
