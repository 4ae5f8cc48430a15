/**
 * Measures the forecasting library against R's recorded results and the M3 data, and writes docs/accuracy.md. Needs both:
 * see test/reference.ts for where they are looked for. Run from the repository's root:
 *
 *   npm run accuracy
 *
 * With words after it (`npm run accuracy -- ets theta`), only prints the sections whose titles hold one of them.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { arimaSection } from "./accuracy/arima.ts";
import { bestSection } from "./accuracy/best.ts";
import { cesSection } from "./accuracy/ces.ts";
import { etsSection } from "./accuracy/ets.ts";
import type { Section } from "./accuracy/report.ts";
import { simpleSection } from "./accuracy/simple.ts";
import { tbatsSection } from "./accuracy/tbats.ts";
import { thetaSection } from "./accuracy/theta.ts";

const SECTIONS: Readonly<Record<string, () => Section>> = {
  ARIMA: arimaSection,
  ETS: etsSection,
  "Complex exponential smoothing": cesSection,
  TBATS: tbatsSection,
  Theta: thetaSection,
  "Naive, Croston, STL": simpleSection,
  "Best and combinations": bestSection,
};

/** The table that `npm run accuracy:collections` writes. */
const COLLECTIONS = "scripts/collections/result.md";

const words = process.argv.slice(2).map((word) => word.toLowerCase());
const parts: string[] = [];
for (const [title, section] of Object.entries(SECTIONS)) {
  if (words.length > 0 && !words.some((word) => title.toLowerCase().includes(word))) continue;
  const { rows, notes } = section();
  const table = ["| measure | aim | measured |", "|---|---|---|", ...rows.map((row) => `| ${row.join(" | ")} |`)];
  parts.push(`## ${title}\n\n${table.join("\n")}\n${notes === undefined ? "" : `\n${notes}\n`}`);
  process.stdout.write(`${parts.at(-1)}\n`);
}
const text = `# Accuracy against R

Written by \`scripts/accuracy.ts\`; do not edit. R is version 4.2.2 with forecast 8.20. Its results were recorded, and not run
again.

${parts.join("\n")}
${readFileSync("scripts/best-study/second.md", "utf8")}
${readFileSync("scripts/best-study/third.md", "utf8")}
${readFileSync("scripts/best-study/fourth.md", "utf8")}
${readFileSync("scripts/best-study/findings.md", "utf8")}
${readFileSync("scripts/owa-study/result.md", "utf8")}
${readFileSync("scripts/coverage-study/result.md", "utf8")}
${readFileSync("scripts/coverage-study/origins.md", "utf8")}
${readFileSync("scripts/coverage-study/findings.md", "utf8")}
${readFileSync("scripts/weights-study/result.md", "utf8")}
${readFileSync("scripts/global-study/result.md", "utf8")}
${readFileSync("scripts/contest-study/result.md", "utf8")}
${existsSync(COLLECTIONS) ? readFileSync(COLLECTIONS, "utf8") : ""}
${readFileSync("scripts/oracle/findings.md", "utf8")}
${readFileSync("scripts/detector-study/result.md", "utf8")}`;
if (words.length === 0) {
  mkdirSync("docs", { recursive: true });
  writeFileSync("docs/accuracy.md", text);
}
