// Two years of daily sales of five articles, and what was sold in the four weeks after them.
import { writeFileSync } from "node:fs";
import { normal, random } from "manymodel/forecast";

const uniform = random(3);
const [history, later] = [["SKU,DAY,QTY"], ["SKU,DAY,QTY"]];
for (let sku = 1; sku <= 5; sku++)
  for (let t = 0; t < 758; t++) {
    const day = new Date(Date.UTC(2024, 10, 20 + t)).toISOString().slice(0, 10);
    const season = 1 + 0.3 * Math.sin((2 * Math.PI * (t + sku)) / 7) + 0.2 * Math.sin((2 * Math.PI * t) / 365);
    const sales = Math.max(0, Math.round(sku * 12 * season + 3 * normal(uniform)));
    (t < 730 ? history : later).push(`A-${sku},${day},${sales}`);
  }
writeFileSync("sales.csv", `${history.join("\n")}\n`);
writeFileSync("later.csv", `${later.join("\n")}\n`);
