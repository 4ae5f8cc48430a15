// Writes sales.csv: two years of daily sales of 12 articles in 3 stores' categories, with a price and a lead time.
import { writeFileSync } from "node:fs";

const CATEGORIES = ["garden", "kitchen", "toys"];
let state = 42;
/** Returns a reproducible number in [0, 1). */
const random = () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 4294967296;
};
const rows = ["sku,day,qty,category,store,price,lead_time"];
for (let sku = 0; sku < 12; sku++) {
  const category = CATEGORIES[sku % 3];
  const store = sku % 2 === 0 ? "north" : "south";
  const level = 5 + 4 * sku;
  for (let day = 0; day < 400; day++) {
    const date = new Date(Date.UTC(2025, 0, 1 + day)).toISOString().slice(0, 10);
    const week = 1 + 0.3 * Math.sin((2 * Math.PI * day) / 7);
    const qty = Math.max(0, Math.round(level * week * (0.6 + 0.8 * random())));
    // A price that rose once: the newest counts.
    const price = (2 + sku) * (day < 200 ? 1 : 1.5);
    rows.push([`A${10 + sku}`, date, qty, category, store, price.toFixed(2), 5 + (sku % 4)].join(","));
  }
}
writeFileSync("sales.csv", `${rows.join("\n")}\n`);
