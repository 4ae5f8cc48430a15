import { readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
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

/**
 * Compiles a TypeScript program of `scripts` or `bench` to `dist`, beside which it looks for what it needs. Modules of
 * `test` in it find files beside their own source.
 *
 * @param {string} file - the program's path from the root
 * @returns {Promise<string>} the compiled file
 */
export async function compileProgram(file) {
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
  return outfile;
}
