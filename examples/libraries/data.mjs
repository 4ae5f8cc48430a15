// Customers of three regions: who left is known of those of last year, not of today's.
import { writeFileSync } from "node:fs";
import { normal, random } from "manymodel/forecast";

const uniform = random(5);
const REGIONS = { north: -0.5, south: 0, west: 0.5 };

function customers(count, isKnown) {
  const lines = [`REGION,CUSTOMER,TENURE,TICKETS,PLAN${isKnown ? ",CHURNED" : ""}`];
  for (const [region, level] of Object.entries(REGIONS))
    for (let i = 1; i <= count; i++) {
      const tenure = Math.abs(3 + 2 * normal(uniform));
      const tickets = Math.floor(-2 * Math.log(1 - uniform()));
      const plan = uniform() < 0.6 ? "basic" : "pro";
      // Many tickets matter to new customers only.
      const logit = level + (tenure < 3 ? 1.2 * (tickets - 1) : -1) + (plan === "pro" ? 0.8 : 0);
      const churned = uniform() < 1 / (1 + Math.exp(-logit)) ? 1 : 0;
      const customer = `${region}-${String(i).padStart(4, "0")}`;
      lines.push(`${region},${customer},${tenure.toFixed(2)},${tickets},${plan}${isKnown ? `,${churned}` : ""}`);
    }
  return `${lines.join("\n")}\n`;
}
writeFileSync("last-year.csv", customers(300, true));
writeFileSync("today.csv", customers(20, false));
