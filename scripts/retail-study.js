/**
 * Runs the chain of stores of `examples/retail` with 300 SKUs on every engine: screened, refined, registered, scored, reconciled and
 * exported, with the same forecasts on each (test/engines/retail-everywhere.test.ts).
 *
 *   npm run retail-study -- [SKUS]
 */
import { spawnSync } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";
import "./ensure.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const [skus = "300"] = process.argv.slice(2);
const { status } = spawnSync(
  process.execPath,
  [
    path.join(root, "node_modules", "vitest", "vitest.mjs"),
    ...["run", "test/engines/retail-everywhere.test.ts", "--testTimeout", "7200000"],
  ],
  { cwd: root, stdio: "inherit", env: { ...process.env, MANYMODEL_RETAIL_SKUS: skus } },
);
process.exit(status ?? 1);
