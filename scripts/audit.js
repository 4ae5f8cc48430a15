/**
 * Dependency audit: every package of the lock file has a checksum, none but those listed runs code when it is installed,
 * and no advisory of moderate or higher severity is known of what users install. Where the registry offers no
 * advisories, that last question stays open and is said to be.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** esbuild checks that the binary for this platform runs. */
const MAY_RUN_AT_INSTALL = ["node_modules/esbuild"];

const root = fileURLToPath(new URL("..", import.meta.url));
const { packages } = JSON.parse(readFileSync(`${root}package-lock.json`, "utf8"));
const problems = [];
for (const [name, { integrity, hasInstallScript, link }] of Object.entries(packages)) {
  // What is not in node_modules is of this repository.
  if (!name.includes("node_modules/") || link) continue;
  if (integrity === undefined) problems.push(`${name} has no checksum in package-lock.json`);
  if (hasInstallScript && !MAY_RUN_AT_INSTALL.includes(name)) problems.push(`${name} runs code when it is installed`);
}
const { stdout } = spawnSync("npm", ["audit", "--omit=dev", "--json"], { cwd: root, encoding: "utf8" });
const { vulnerabilities, message } = JSON.parse(stdout || "{}");
if (vulnerabilities === undefined) console.log(`advisories: not available (${message ?? "no answer"})`);
for (const [name, { severity }] of Object.entries(vulnerabilities ?? {}))
  if (["moderate", "high", "critical"].includes(severity)) problems.push(`${name} has a ${severity} vulnerability`);
for (const problem of problems) console.log(problem);
process.exit(problems.length === 0 ? 0 : 1);
