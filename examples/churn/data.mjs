// Customers of three segments: who left is known of those of last year, not of today's.
import { writeFileSync } from "node:fs";
import { normal, random } from "manymodel/forecast";

const uniform = random(2);
const SEGMENTS = { home: [-1.5, -0.8, 0.9], small: [-1, -0.3, 1.4], large: [-2, -1.2, 0.4] };

function customers(count, hasOutcome) {
  const lines = [`SEGMENT,CUSTOMER,TENURE,TICKETS,AUTOPAY,PLAN,SINCE${hasOutcome ? ",CHURNED" : ""}`];
  const outcomes = ["SEGMENT,CUSTOMER,CHURNED"];
  for (const [segment, [level, tenure, tickets]] of Object.entries(SEGMENTS))
    for (let i = 1; i <= count; i++) {
      const years = Math.abs(2 + 2 * normal(uniform));
      const calls = Math.floor(-2 * Math.log(1 - uniform()));
      const autopay = uniform() < 0.5;
      const plan = uniform() < 0.6 ? "basic" : "pro";
      const since = new Date(Date.UTC(2026, 0, 1) - years * 365 * 86_400_000).toISOString().slice(0, 10);
      const logit =
        level + tenure * (years - 2) + tickets * (calls - 1) - (autopay ? 0.7 : 0) + (plan === "pro" ? 0.8 : 0);
      const churned = uniform() < 1 / (1 + Math.exp(-logit)) ? 1 : 0;
      const id = `${segment}-${String(i).padStart(4, "0")}`;
      outcomes.push(`${segment},${id},${churned}`);
      lines.push(
        `${segment},${id},${years.toFixed(2)},${calls},${autopay},${plan},${since}${hasOutcome ? `,${churned}` : ""}`,
      );
    }
  return [lines, outcomes].map((rows) => `${rows.join("\n")}\n`);
}
writeFileSync("last-year.csv", customers(800, true)[0]);
// What became of today's customers is known later.
const [today, outcomes] = customers(40, false);
writeFileSync("today.csv", today);
writeFileSync("outcomes.csv", outcomes);
