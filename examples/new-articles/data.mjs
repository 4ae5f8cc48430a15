// Half a year of daily sales of 20 articles in two categories, whose promotions work differently, the plan of the four weeks after it,
// and the sales as they are known then: with two articles that are new.
import { writeFileSync } from "node:fs";
import { normal, random } from "manymodel/forecast";

const DAYS = 182;
const NEW_DAYS = 21;
const uniform = random(1);
const sales = ["SKU,DAY,QTY,PROMO,CATEGORY"];
const newcomers = [];
const plan = ["SKU,DAY,PROMO"];
for (let article = 1; article <= 22; article++) {
  const sku = `A-${String(article).padStart(2, "0")}`;
  const isNew = article > 20;
  const category = article % 2 === 0 ? "bakery" : "drinks";
  const size = 20 + 200 * uniform();
  for (let t = 0; t < DAYS + 28; t++) {
    const day = new Date(Date.UTC(2026, 0, 5 + t)).toISOString().slice(0, 10);
    const promo = Number(uniform() < 0.2);
    const lift = 1 + promo * (category === "bakery" ? 1 : 0.2);
    const quantity = Math.round(
      size * (1 + 0.3 * Math.sin((2 * Math.PI * t) / 7)) * lift * (1 + 0.1 * normal(uniform)),
    );
    if (t >= DAYS) plan.push(`${sku},${day},${promo}`);
    else if (!isNew) sales.push(`${sku},${day},${quantity},${promo},${category}`);
    else if (t >= DAYS - NEW_DAYS) newcomers.push(`${sku},${day},${quantity},${promo},${category}`);
  }
}
writeFileSync("sales.csv", `${sales.join("\n")}\n`);
writeFileSync("today.csv", `${[...sales, ...newcomers].join("\n")}\n`);
writeFileSync("plan.csv", `${plan.join("\n")}\n`);
