// A stand-in for a table of your own: two years of daily sales of five articles.
import { writeFileSync } from "node:fs";
import { normal, random } from "manymodel/forecast";

const uniform = random(3);
const lines = ["sku,day,qty"];
for (let sku = 1; sku <= 5; sku++)
  for (let t = 0; t < 731; t++) {
    const day = new Date(Date.UTC(2024, 10, 20 + t)).toISOString().slice(0, 10);
    const season = 1 + 0.3 * Math.sin((2 * Math.PI * (t + sku)) / 7) + 0.2 * Math.sin((2 * Math.PI * t) / 365);
    lines.push(`A-${sku},${day},${Math.max(0, Math.round(sku * 12 * season + 3 * normal(uniform)))}`);
  }
writeFileSync("sales.csv", `${lines.join("\n")}\n`);
