/**
 * Runs the quick suites on the supported versions of Node beside this one, which come from the registry: the numerics,
 * what has no engine, how workers train, and what every engine promises, on the two that need nothing else.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** The oldest version that is supported, and the lines that most people run. */
const VERSIONS = ["20.19", "22", "24"];
const QUICK = [
  "packages/",
  "test/core/",
  "test/model/",
  "test/config/",
  "test/work/",
  "test/pipeline/train",
  "test/engines/memory/",
  "test/engines/local/",
];

const root = fileURLToPath(new URL("..", import.meta.url));
const major = (version) => version.split(".")[0];

const failed = VERSIONS.filter((version) => {
  if (major(version) === major(process.versions.node)) return false;
  const home = path.join(root, "node_modules", ".nodes", version);
  const bin = path.join(home, "node_modules", ".bin");
  if (!existsSync(path.join(bin, "node"))) {
    const install = ["install", "--prefix", home, "--no-save", "--no-audit", "--no-fund", "--loglevel=error"];
    if (spawnSync("npm", [...install, `node@${version}`], { stdio: "inherit" }).status !== 0) return true;
  }
  const vitest = path.join(root, "node_modules", "vitest", "vitest.mjs");
  const env = { ...process.env, PATH: `${bin}${path.delimiter}${process.env.PATH}` };
  const { status } = spawnSync(path.join(bin, "node"), [vitest, "run", ...QUICK], { cwd: root, env, stdio: "inherit" });
  console.log(`${status === 0 ? "ok      " : "FAILED  "}Node ${version}`);
  return status !== 0;
});
process.exit(failed.length === 0 ? 0 : 1);
