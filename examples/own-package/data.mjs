// Two years of daily sales of five articles, with a week and some noise.
import { writeFileSync } from "node:fs";

const lines = ["sku,day,qty"];
for (let sku = 1; sku <= 5; sku++)
  for (let t = 0; t < 731; t++) {
    const day = new Date(Date.UTC(2024, 10, 20 + t)).toISOString().slice(0, 10);
    const noise = ((t * t * 31 + sku * 17 * t) % 13) - 6;
    lines.push(
      `A-${sku},${day},${Math.round(sku * 12 * (1 + 0.3 * Math.sin((2 * Math.PI * (t + sku)) / 7)) + noise / 2)}`,
    );
  }
writeFileSync("sales.csv", `${lines.join("\n")}\n`);
