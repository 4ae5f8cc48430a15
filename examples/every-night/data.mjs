// A stand-in for a nightly feed: `node data.mjs NIGHT` writes the file of one night to inbox/.
//   first   120 days of 24 articles
//   broken  the next day, with the decimal point lost: every value 10 times too large
//   mended  the same day again, as it should have been
//   new     the day after, and 60 days of a new article
//   ended   ten more days, in which one article is not sold any more
import { mkdirSync, writeFileSync } from "node:fs";
import { normal, random } from "manymodel/forecast";

const NIGHTS = {
  first: { file: "2026-04-30.csv", from: 0, to: 120, articles: 24 },
  broken: { file: "2026-05-01.csv", from: 120, to: 121, articles: 24, times: 10 },
  mended: { file: "2026-05-01.csv", from: 120, to: 121, articles: 24 },
  new: { file: "2026-05-02.csv", from: 121, to: 122, articles: 24, extra: 62 },
  ended: { file: "2026-05-12.csv", from: 122, to: 132, articles: 25, without: 3 },
};
const night = NIGHTS[process.argv[2]];
const lines = ["sku,day,qty"];
for (let sku = 1; sku <= 25; sku++) {
  const isNew = sku > night.articles;
  if (sku === night.without || (isNew && night.extra === undefined)) continue;
  const uniform = random(sku);
  for (let t = 0; t < night.to; t++) {
    const noise = 3 * normal(uniform);
    if (t < (isNew ? night.to - night.extra : night.from)) continue;
    const day = new Date(Date.UTC(2026, 0, 1 + t)).toISOString().slice(0, 10);
    const sold = Math.max(0, 10 + 2 * sku + 6 * ((t + sku) % 7 === 5) + noise);
    lines.push(`A-${String(sku).padStart(2, "0")},${day},${((night.times ?? 1) * sold).toFixed(1)}`);
  }
}
mkdirSync("inbox", { recursive: true });
writeFileSync(`inbox/${night.file}`, `${lines.join("\n")}\n`);
