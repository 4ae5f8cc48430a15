/**
 * Runs a TypeScript program of `scripts` or `bench` from the sources: `node scripts/run.js FILE [ARGUMENT…]`. It is
 * compiled to `dist`, beside which it looks for what it needs.
 */
import { spawnSync } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";
import "./ensure.js";

// Installed by the line above.
const { build } = await import("esbuild");

const root = fileURLToPath(new URL("..", import.meta.url));
const [file, ...args] = process.argv.slice(2);
const outfile = path.join(root, "dist", `run-${path.basename(file, ".ts")}.mjs`);
await build({
  entryPoints: [path.join(root, file)],
  outfile,
  bundle: true,
  packages: "external",
  platform: "node",
  format: "esm",
  logLevel: "warning",
});
const { status } = spawnSync(process.execPath, [outfile, ...args], { cwd: root, stdio: "inherit" });
process.exit(status ?? 1);
