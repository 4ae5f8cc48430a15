// Two years of daily sales of five stores with promotions, and the four weeks after them: promotions planned, sales unknown.
import { writeFileSync } from "node:fs";
import { normal, random } from "manymodel/forecast";

const uniform = random(1);
const history = ["STORE,DAY,SALES,PROMO,PRICE"];
const plan = ["STORE,DAY,PROMO,PRICE"];
for (let store = 1; store <= 5; store++)
  for (let t = 0; t < 758; t++) {
    const date = new Date(Date.UTC(2024, 0, 1 + t)).toISOString().slice(0, 10);
    const promo = uniform() < 0.15;
    const price = promo ? 8 : 10 + Math.floor(t / 365);
    const sales = 100 * store + 25 * Math.sin((2 * Math.PI * t) / 7) + (promo ? 40 * store : 0) + 8 * normal(uniform);
    if (t < 730) history.push(`S${store},${date},${sales.toFixed(1)},${promo},${price}`);
    else plan.push(`S${store},${date},${promo},${price}`);
  }
writeFileSync("sales.csv", `${history.join("\n")}\n`);
writeFileSync("plan.csv", `${plan.join("\n")}\n`);
