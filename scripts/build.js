/** Compiles the packages to their `dist`, bundles the dashboard's page, and writes the JSON Schema of the configuration file. */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build, transformSync } from "esbuild";
import { bundleProgram } from "./bundle-program.js";

const root = fileURLToPath(new URL("..", import.meta.url));
for (const [folder, config] of [
  ["packages/forecast/", "tsconfig.json"],
  ["", "tsconfig.build.json"],
]) {
  rmSync(`${root}${folder}dist`, { recursive: true, force: true });
  const compiler = [`${root}node_modules/typescript/bin/tsc`, "-p", `${root}${folder}${config}`];
  const { status } = spawnSync(process.execPath, compiler, { stdio: "inherit" });
  if (status !== 0) process.exit(1);
}
leaveOutComments(`${root}packages/forecast/dist`);
leaveOutDeclarations(`${root}packages/forecast/`);
copyFileSync(`${root}src/engines/snowflake/many_model.py`, `${root}dist/engines/snowflake/many_model.py`);
reexportEntries();
await buildPage();
await bundleProgram();
const { configJsonSchema } = await import("../dist/config/schema.js");
mkdirSync(`${root}schema`, { recursive: true });
writeFileSync(`${root}schema/manymodel.schema.json`, `${JSON.stringify(configJsonSchema(), undefined, 2)}\n`);

/** Leaves comments out of a package's JavaScript, but for those that bundlers read: the declarations have them as well. */
function leaveOutComments(folder) {
  for (const name of readdirSync(folder, { recursive: true })) {
    if (!name.endsWith(".js")) continue;
    const file = path.join(folder, name);
    const { code } = transformSync(readFileSync(file, "utf8"), { format: "esm", target: "esnext", charset: "utf8" });
    writeFileSync(file, code);
  }
}

/** Leaves out of a package the declarations that none of its entries needs. */
function leaveOutDeclarations(folder) {
  const { exports } = JSON.parse(readFileSync(`${folder}package.json`, "utf8"));
  const waiting = Object.values(exports).flatMap(({ types }) =>
    types === undefined ? [] : [path.join(folder, types)],
  );
  const needed = new Set(waiting);
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop())
    for (const [, target] of readFileSync(file, "utf8").matchAll(/(?:from |import\()"(\.[^"]+)"/g)) {
      const declared = path.resolve(path.dirname(file), target.replace(/\.[jt]s$/, ".d.ts"));
      if (!needed.has(declared)) waiting.push(declared);
      needed.add(declared);
    }
  for (const name of readdirSync(`${folder}dist`, { recursive: true })) {
    const file = path.join(folder, "dist", name);
    if (name.endsWith(".d.ts") && !needed.has(file)) rmSync(file);
  }
}

/** Writes `manymodel/forecast/ENTRY`, which is `@manymodel/forecast/ENTRY`, for each entry of the numerics. */
function reexportEntries() {
  mkdirSync(`${root}dist/forecast`);
  for (const file of readdirSync(`${root}packages/forecast/src/entries`)) {
    const entry = path.basename(file, ".ts");
    for (const ending of ["js", "d.ts"])
      writeFileSync(`${root}dist/forecast/${entry}.${ending}`, `export * from "@manymodel/forecast/${entry}";\n`);
  }
}

/** Builds the page of `manymodel ui`: script and style under names that hold their hash, each also compressed. */
async function buildPage() {
  const outdir = `${root}dist/dashboard/web`;
  const { metafile } = await build({
    entryPoints: [`${root}src/dashboard/web/main.tsx`, `${root}src/dashboard/web/style.css`],
    outdir,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    jsx: "automatic",
    jsxImportSource: "preact",
    entryNames: "[name]-[hash]",
    metafile: true,
    logLevel: "warning",
  });
  const names = Object.keys(metafile.outputs).map((file) => path.basename(file));
  const page = readFileSync(`${root}src/dashboard/web/index.html`, "utf8")
    .replace(
      "main.js",
      names.find((name) => name.endsWith(".js")),
    )
    .replace(
      "style.css",
      names.find((name) => name.endsWith(".css")),
    );
  writeFileSync(`${outdir}/index.html`, page);
  copyFileSync(`${root}src/dashboard/web/icon.svg`, `${outdir}/icon.svg`);
  for (const name of [...names, "index.html"]) {
    const bytes = readFileSync(`${outdir}/${name}`);
    writeFileSync(`${outdir}/${name}.br`, brotliCompressSync(bytes));
    writeFileSync(`${outdir}/${name}.gz`, gzipSync(bytes, { level: 9 }));
  }
}
