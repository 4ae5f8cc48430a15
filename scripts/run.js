/**
 * Runs a TypeScript program of `scripts` or `bench` from the sources: `node scripts/run.js FILE [ARGUMENT…]`. It is
 * compiled to `dist`, beside which it looks for what it needs. Modules of `test` in it find files beside their own source.
 */
import { spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import "./ensure.js";

// Installed by the line above.
const { build } = await import("esbuild");

const root = fileURLToPath(new URL("..", import.meta.url));
const [file, ...args] = process.argv.slice(2);
const isTest = (source) => /^(packages[/\\]forecast[/\\])?test[/\\]/.test(path.relative(root, source));
const besideSource = {
  name: "beside-source",
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.ts$/ }, async ({ path: source }) => {
      if (!isTest(source)) return undefined;
      const text = await readFile(source, "utf8");
      return { loader: "ts", contents: text.replaceAll("import.meta.url", JSON.stringify(pathToFileURL(source).href)) };
    }),
};
const outfile = path.join(root, "dist", `run-${path.basename(file, ".ts")}.mjs`);
await build({
  entryPoints: [path.join(root, file)],
  outfile,
  bundle: true,
  packages: "external",
  platform: "node",
  format: "esm",
  logLevel: "warning",
  plugins: [besideSource],
});
const { status } = spawnSync(process.execPath, [outfile, ...args], { cwd: root, stdio: "inherit" });
process.exit(status ?? 1);
