/**
 * Lets screened, learned, global and refined models of a chain's articles compete, `champions` choose among them by their holdouts, and
 * a month that none has seen judge all (test/refine/contest-study.test.ts). Writes scripts/contest-study/result.md, which
 * docs/accuracy.md takes up.
 *
 *   npm run contest-study -- [PARTITIONS]
 */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import "./ensure.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const [partitions = "2000"] = process.argv.slice(2);
const result = path.join(root, "scripts", "contest-study", "result.md");
const table = path.join(root, "dist", "contest-study.md");
const { status } = spawnSync(
  process.execPath,
  [
    path.join(root, "node_modules", "vitest", "vitest.mjs"),
    ...["run", "test/refine/contest-study.test.ts", "--testTimeout", "7200000"],
  ],
  {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, MANYMODEL_CONTEST_PARTITIONS: partitions, MANYMODEL_CONTEST_RESULT: table },
  },
);
if (status !== 0) process.exit(status ?? 1);
const rows = readFileSync(table, "utf8");
writeFileSync(
  result,
  `## Local, learned and global models in one contest

Written by \`npm run contest-study -- ${partitions}\`. ${partitions} articles of a chain (simulated, \`test/refine/chain-of-shops.ts\`) have 196 days
of sales, promotions that are known ahead, and a category and a shop as attributes. \`screen\` is Holt-Winters with promotions.
\`learned\` weighs members that forecast what promotions leave. \`global\` is one model of all articles with promotions and
attributes. \`refined\` has methods compete for the worst quarter of the screen. The last 28 days of these runs are the holdout, by
which \`champions\` chooses a run for each article, and \`by_category\` one of the first three runs for each category. The following
28 days are for judging: no run has used them. Differences are paired by article, with 95 % bootstrap intervals. Below 0 the
champions are better.

${rows}
The champions' holdout error is lower than their error on the judging days, because the holdout also chose them. One holdout of
28 days tells little about a single article: where one run leads for a whole group, choose by the group (\`champions --group\`).
`,
);
process.stdout.write(rows);
