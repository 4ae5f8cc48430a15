/**
 * Runs the Snowflake engine's suites on an account: `npm run test:snowflake-live`. `--quick` asks the questions of the first hour
 * alone (docs/snowflake-first-hour.md). Other arguments are vitest's.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const args = process.argv.slice(2);
const { status } = spawnSync(
  fileURLToPath(new URL("../node_modules/.bin/vitest", import.meta.url)),
  [
    ...["run", "test/snowflake/live.test.ts", "--testTimeout=3600000", "--hookTimeout=900000"],
    ...args.filter((arg) => arg !== "--quick"),
  ],
  { stdio: "inherit", env: { ...process.env, ...(args.includes("--quick") && { MANYMODEL_LIVE_QUICK: "1" }) } },
);
process.exit(status ?? 1);
