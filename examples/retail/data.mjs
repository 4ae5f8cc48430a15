// Writes what a chain of stores knows. sales.csv: a year of daily sales of SKUs, each in a store and a category, with promotions,
// prices, and the days until an order arrives. plan.csv: promotions and prices of the next four weeks. later.csv: the same, but the
// promotion of SKU-001 is a week later. `node data.mjs 300` makes 300 SKUs.
import { writeFileSync } from "node:fs";
import { normal, random } from "manymodel/forecast";

const count = Number(process.argv[2] ?? 12);
const [HISTORY, PLANNED, START] = [371, 28, Date.UTC(2024, 10, 4)];
const CATEGORIES = ["food", "garden", "toys"];
const STORES = ["augsburg", "bamberg", "coburg", "dachau"];
/** Public holidays in Bavaria. The stores are closed, and sell more on the day before. */
const CLOSED = new Set([
  ...["2024-12-25", "2024-12-26", "2025-01-01", "2025-01-06", "2025-04-18", "2025-04-21", "2025-05-01", "2025-05-29"],
  ...["2025-06-09", "2025-06-19", "2025-08-15", "2025-10-03", "2025-11-01", "2025-12-25", "2025-12-26"],
]);
const dateOf = (day) => new Date(START + day * 86_400_000).toISOString().slice(0, 10);
const uniform = random(22);

const sales = ["sku,store,category,day,qty,promo,price,lead_time"];
const plan = ["sku,store,day,promo,price"];
const later = [...plan];
for (let i = 0; i < count; i++) {
  const sku = `SKU-${String(i + 1).padStart(3, "0")}`;
  const store = STORES[i % STORES.length];
  const [size, lift, usual] = [20 + 180 * uniform(), 0.3 + 0.5 * uniform(), 5 + 10 * uniform()];
  // A promotion lasts a week. That of SKU-001 is planned for the second week ahead.
  const weeks = Array.from({ length: (HISTORY + PLANNED) / 7 }, () => uniform() < 0.2);
  if (i === 0) weeks.splice(HISTORY / 7, 4, false, true, false, false);
  const rowOf = (day, isPromoted) => {
    const price = usual * (day < 200 ? 1 : 1.05) * (isPromoted ? 0.8 : 1);
    return { price, text: `${Number(isPromoted)},${price.toFixed(2)}` };
  };
  for (let day = 0; day < HISTORY + PLANNED; day++) {
    const week = Math.floor(day / 7);
    const { price, text } = rowOf(day, weeks[week]);
    if (day >= HISTORY) {
      const shifted = i === 0 && week > HISTORY / 7 ? weeks[week - 1] : weeks[week];
      plan.push(`${sku},${store},${dateOf(day)},${text}`);
      later.push(`${sku},${store},${dateOf(day)},${rowOf(day, shifted).text}`);
      continue;
    }
    const season = 1 + 0.25 * Math.sin((2 * Math.PI * day) / 7);
    const isEve = CLOSED.has(dateOf(day + 1));
    const level = size * season * (isEve ? 1.4 : 1) * (weeks[week] ? 1 + lift : 1) * (price / usual) ** -0.5;
    const qty = CLOSED.has(dateOf(day)) ? 0 : Math.max(0, Math.round(level + 0.1 * size * normal(uniform)));
    sales.push([sku, store, CATEGORIES[i % CATEGORIES.length], dateOf(day), qty, text, 3 + (i % 5)].join());
  }
}
for (const [file, lines] of Object.entries({ sales, plan, later }))
  writeFileSync(`${file}.csv`, `${lines.join("\n")}\n`);
