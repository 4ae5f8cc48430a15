/** A Python with packages of PyPI, in a virtual environment of this project's cache. */
import { spawnSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const CACHE = fileURLToPath(new URL("../node_modules/.cache", import.meta.url));

/**
 * Installs packages (`name==version`) where they are not installed yet.
 *
 * @returns the folder of the environment's programs, or why there is none
 */
export function pypi(...packages) {
  const environment = path.join(CACHE, packages.join("-").replace(/[^\w.=-]/g, "_"));
  const bin = path.join(environment, "bin");
  const complete = path.join(environment, "pyvenv.cfg");
  if (existsSync(complete)) return { bin };
  for (const [command, args] of [
    ["python3", ["-m", "venv", environment]],
    [path.join(bin, "pip"), ["install", "--quiet", ...packages]],
  ]) {
    const { status, stderr, error } = spawnSync(command, args, { encoding: "utf8", timeout: 300_000 });
    if (status === 0) continue;
    rmSync(environment, { recursive: true, force: true });
    return { missing: `${command} ${args.join(" ")}: ${error?.message ?? stderr.trim().split("\n").at(-1)}` };
  }
  return { bin };
}
