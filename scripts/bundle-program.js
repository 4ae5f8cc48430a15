import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = path.join(root, "dist");
const outdir = path.join(dist, "program");

/** The modules that are started: by the command line, or as a thread or process. */
const ENTRIES = [
  "cli/main",
  "api/worker-entry",
  "engines/node/worker-thread",
  "engines/node/worker-process",
  "dashboard/series/holdout-thread",
];

/** The modules that start an entry beside them. */
const STARTERS = ["api/worker-program", "engines/node/vessel", "dashboard/series/holdout"];

/** The module that knows where the built-in definitions are: the program has them bundled. */
const DEFINITIONS = "api/builtin-models";

/** Packages with native code, the compiler, and packages that are optional: they are loaded where they are installed. */
const EXTERNAL = [
  "libsql",
  "esbuild",
  ...["pg", "snowflake-sdk", "@aws-sdk/client-s3", "@resvg/resvg-js", "date-holidays"],
];

/**
 * Bundles the program and its workers from `dist` into `dist/program`: a command then opens a few files in place of
 * several hundred. Code that several of them use is split into shared files. The package's exports stay as they are,
 * since definitions are bundled from them.
 */
export async function bundleProgram() {
  rmSync(outdir, { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ENTRIES.map((entry) => path.join(dist, `${entry}.js`)),
    outdir,
    entryNames: "[name]",
    chunkNames: "[name]-[hash]",
    bundle: true,
    // The paths of the sources are for types.
    tsconfigRaw: {},
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    external: EXTERNAL,
    // In CommonJS form a package that is imported when it is needed would have no names.
    alias: { yaml: path.join(root, "node_modules", "yaml", "browser", "index.js") },
    charset: "utf8",
    legalComments: "none",
    metafile: true,
    logLevel: "warning",
    // Packages in CommonJS form ask for `require`.
    banner: {
      js: `import { createRequire as createBundleRequire } from "node:module"; const bundleUrl = import.meta.url, require = createBundleRequire(bundleUrl);`,
    },
    define: { "import.meta.url": "placeOfModule" },
    plugins: [{ name: "places", setup: keepPlaces }],
  });
  await bundleDefinitions();
  writeFileSync(path.join(outdir, "licenses.txt"), licenses(Object.keys(metafile.inputs)));
}

/** Bundles the built-in definitions as a run does with one: the same bytes, with which a run need not start a compiler. */
async function bundleDefinitions() {
  const { BUILTIN_MODELS, CONTEST } = await import("../dist/api/builtin-models.js");
  const { bundleDefinition } = await import("../dist/model/bundle.js");
  const folder = path.join(outdir, "model", "builtin");
  mkdirSync(folder, { recursive: true });
  const modules = Object.values(BUILTIN_MODELS).flatMap(({ module, driven }) => [module, driven ?? module]);
  for (const name of new Set([...modules, CONTEST])) {
    const { bytes } = await bundleDefinition(path.join(dist, "model", "builtin", `${name}.js`));
    writeFileSync(path.join(folder, `${name}.js`), bytes);
  }
}

/**
 * Has each module find files from its place in `dist`. A module that starts an entry finds it in the bundle, where all
 * files are in one folder.
 */
function keepPlaces({ onLoad, onResolve }) {
  // DuckDB's native part is a dependency of its API, and may be installed where only that finds it.
  onResolve({ filter: /^@duckdb\/node-bindings$/ }, ({ path: name }) => ({ path: name, namespace: "bindings" }));
  onLoad({ filter: /./, namespace: "bindings" }, ({ path: name }) => ({
    contents: `const { createRequire } = require("node:module");
      module.exports = createRequire(require.resolve("@duckdb/node-api"))(${JSON.stringify(name)});`,
  }));
  onLoad({ filter: /\.js$/ }, ({ path: file }) => {
    const name = path.relative(dist, file).replaceAll(path.sep, "/");
    const contents = readFileSync(file, "utf8");
    if (name.startsWith("..") || !contents.includes("import.meta.url")) return undefined;
    const home = name === `${DEFINITIONS}.js` ? "." : "..";
    const place = STARTERS.includes(name.replace(/\.js$/, ""))
      ? "bundleUrl"
      : `new URL(${JSON.stringify(`${home}/${name}`)}, bundleUrl).href`;
    return { contents: `const placeOfModule = ${place};\n${contents}`, loader: "js" };
  });
}

/** Returns the licenses of the packages that are bundled. */
function licenses(files) {
  const packages = new Set(
    files.flatMap((file) => /^(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.slice(1) ?? []),
  );
  return [...packages]
    .sort()
    .map((name) => {
      const folder = path.join(root, "node_modules", name);
      const { version, license } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
      const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
      const text = file === undefined ? "" : `\n${readFileSync(path.join(folder, file), "utf8").trim()}\n`;
      return `${name} ${version}: ${license}\n${text}`;
    })
    .join("\n");
}
