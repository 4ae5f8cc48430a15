// Two years of daily sales of two departments of three stores with promotions, and the four weeks after them: promotions
// planned, sales unknown until later.
import { writeFileSync } from "node:fs";
import { normal, random } from "manymodel/forecast";

const uniform = random(1);
const history = ["STORE,DEPARTMENT,DAY,SALES,PROMO,PRICE"];
const plan = ["STORE,DEPARTMENT,DAY,PROMO,PRICE"];
const later = ["STORE,DEPARTMENT,DAY,SALES"];
for (let store = 1; store <= 3; store++)
  for (const [department, size] of [
    ["food", 120],
    ["garden", 70],
  ])
    for (let t = 0; t < 758; t++) {
      const date = new Date(Date.UTC(2024, 0, 1 + t)).toISOString().slice(0, 10);
      const promo = uniform() < 0.15;
      const price = promo ? 8 : 10 + Math.floor(t / 365);
      const week = 0.25 * size * Math.sin((2 * Math.PI * t) / 7);
      const sales = size * store + week + (promo ? 0.4 * size * store : 0) + 8 * normal(uniform);
      const key = `${store},${department},${date}`;
      if (t < 730) history.push(`${key},${sales.toFixed(1)},${promo},${price}`);
      else {
        plan.push(`${key},${promo},${price}`);
        later.push(`${key},${sales.toFixed(1)}`);
      }
    }
writeFileSync("sales.csv", `${history.join("\n")}\n`);
writeFileSync("plan.csv", `${plan.join("\n")}\n`);
writeFileSync("later.csv", `${later.join("\n")}\n`);
