// Two years of daily sales of three items in four stores, and their sums by store and in total.
import { writeFileSync } from "node:fs";
import { normal, random } from "manymodel/forecast";

const uniform = random(1);
const sales = ["store,sku,day,qty"];
const stores = ["store,day,qty"];
const total = ["company,day,qty"];
for (let t = 0; t < 730; t++) {
  const day = new Date(Date.UTC(2024, 0, 1 + t)).toISOString().slice(0, 10);
  let all = 0;
  for (let store = 1; store <= 4; store++) {
    let sum = 0;
    for (let sku = 1; sku <= 3; sku++) {
      const qty = Math.max(0, Math.round(10 * store + 5 * sku * Math.sin((2 * Math.PI * t) / 7) + 8 * normal(uniform)));
      sales.push(`S${store},A${sku},${day},${qty}`);
      sum += qty;
    }
    stores.push(`S${store},${day},${sum}`);
    all += sum;
  }
  total.push(`all,${day},${all}`);
}
writeFileSync("sales.csv", `${sales.join("\n")}\n`);
writeFileSync("stores.csv", `${stores.join("\n")}\n`);
writeFileSync("total.csv", `${total.join("\n")}\n`);
