// Two years of daily sales of SKUs with promotions, prices, stores, categories and holidays (sales.csv); the next four weeks as they
// are planned (plan.csv); and the same with every promotion of SKU-001 a week later (later.csv). `node data.mjs 300` makes 300 SKUs.
import { writeFileSync } from "node:fs";
import { normal, random } from "manymodel/forecast";

const count = Number(process.argv[2] ?? 3);
const [HISTORY, PLANNED] = [730, 28];
const START = Date.UTC(2024, 10, 4);
const CATEGORIES = ["food", "garden", "toys"];
const uniform = random(11);
const dateOf = (t) => new Date(START + t * 86_400_000).toISOString().slice(0, 10);
// Bavaria's holidays of these two years and the weeks after: shops are closed, and sell more on the day before.
const closed = new Set(
  ["12-25", "12-26", "01-01", "01-06", "05-01", "10-03", "11-01"].flatMap((day) => [
    `2024-${day}`,
    `2025-${day}`,
    `2026-${day}`,
  ]),
);
for (const easter of ["2025-04-20", "2026-04-05"])
  for (const days of [-2, 1, 39, 50, 60])
    closed.add(new Date(Date.parse(easter) + days * 86_400_000).toISOString().slice(0, 10));

const sales = ["sku,store,category,day,qty,promo,price"];
const plan = ["sku,day,promo,price"];
const later = ["sku,day,promo,price"];
for (let i = 1; i <= count; i++) {
  const sku = `SKU-${String(i).padStart(3, "0")}`;
  const size = 40 + 160 * uniform();
  const store = `S${1 + (i % 4)}`;
  const category = CATEGORIES[i % CATEGORIES.length];
  const lift = 0.3 + 0.5 * uniform();
  const elasticity = 0.03 + 0.04 * uniform();
  // A promotion lasts a week; its price is lower.
  const weeks = Array.from({ length: (HISTORY + PLANNED) / 7 + 2 }, () => uniform() < 0.2);
  const isPlanned = i === 1 ? [false, true, false, false] : undefined;
  const promoted = (t, shift = 0) => {
    const week = Math.floor(t / 7) - shift;
    const first = Math.floor(HISTORY / 7);
    return isPlanned !== undefined && week >= first ? (isPlanned[week - first] ?? false) : (weeks[week] ?? false);
  };
  const priceOf = (isPromoted, t) => (10 + Math.floor(t / 365) - (isPromoted ? 2 : 0)).toFixed(2);
  for (let t = 0; t < HISTORY + PLANNED; t++) {
    const isPromoted = promoted(t);
    const price = priceOf(isPromoted, t);
    if (t >= HISTORY) {
      plan.push(`${sku},${dateOf(t)},${Number(isPromoted)},${price}`);
      const isLater = promoted(t, i === 1 ? 1 : 0);
      later.push(`${sku},${dateOf(t)},${Number(isLater)},${priceOf(isLater, t)}`);
      continue;
    }
    const week = 1 + 0.25 * Math.sin((2 * Math.PI * t) / 7);
    const before = closed.has(dateOf(t + 1)) ? 1.4 : 1;
    const level = size * week * before * (1 + (isPromoted ? lift : 0)) * (1 - elasticity * (Number(price) - 10));
    const qty = closed.has(dateOf(t)) ? 0 : Math.max(0, Math.round(level + 0.08 * size * normal(uniform)));
    sales.push(`${sku},${store},${category},${dateOf(t)},${qty},${Number(isPromoted)},${price}`);
  }
}
for (const [file, lines] of Object.entries({ sales, plan, later }))
  writeFileSync(`${file}.csv`, `${lines.join("\n")}\n`);
