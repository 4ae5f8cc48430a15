/**
 * Checks the direction of imports: each folder of `src` may import only from those listed for it. What is pure stays
 * pure, engines stay interchangeable, and the whole can be read in one direction.
 */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const src = fileURLToPath(new URL("../src", import.meta.url));

/** Folder → folders it may import from; itself is always allowed. */
const ALLOWED = {
  forecast: [],
  core: [],
  model: ["forecast", "core"],
  ports: ["core"],
  pipeline: ["core", "model", "ports"],
  "table-function": ["core", "model", "pipeline", "ports"],
  advise: ["core", "forecast", "model", "ports"],
  refine: ["core", "model", "pipeline", "ports"],
  registry: ["core", "model", "pipeline", "ports"],
  reconcile: ["core", "forecast", "pipeline", "ports"],
  contract: ["ports", "core"],
  config: ["core", "forecast"],
  "engines/memory": ["core", "ports"],
  "engines/local": ["core", "ports"],
  "engines/snowflake": ["core", "ports", "engines/local"],
  api: [
    "advise",
    "config",
    "core",
    "forecast",
    "model",
    "pipeline",
    "ports",
    "reconcile",
    "refine",
    "registry",
    "table-function",
  ],
  cli: ["advise", "api", "core", "pipeline", "ports", "reconcile", "refine", "registry"],
  "index.ts": ["advise", "api", "core", "model", "pipeline", "reconcile", "refine", "registry"],
};
/** Packages that `forecast` or `core` may import: pure JavaScript only. */
const PURE_PACKAGES = { forecast: [], core: ["hyparquet", "hyparquet-writer"] };
/** The one place that names engines. */
const OPENS_ENGINES = "api/open-engine.ts";

const layerOf = (file) => {
  const parts = path.relative(src, file).split(path.sep);
  return parts[0] === "engines" ? parts.slice(0, 2).join("/") : parts[0];
};

const problems = [];
const files = readdirSync(src, { recursive: true }).filter((name) => name.endsWith(".ts"));
for (const name of files) {
  const file = path.join(src, name);
  const layer = layerOf(file);
  if (!(layer in ALLOWED)) {
    problems.push(`src/${name}: folder ${layer} has no rule in scripts/check-imports.js`);
    continue;
  }
  for (const { fileName: target } of ts.preProcessFile(readFileSync(file, "utf8"), true, true).importedFiles) {
    if (!target.startsWith(".")) {
      if (PURE_PACKAGES[layer] && !PURE_PACKAGES[layer].includes(target))
        problems.push(`src/${name} imports ${target}, but ${layer} is pure`);
      continue;
    }
    const to = layerOf(path.resolve(path.dirname(file), target));
    if (to === layer || ALLOWED[layer].includes(to)) continue;
    if (to.startsWith("engines/") && name.split(path.sep).join("/") === OPENS_ENGINES) continue;
    problems.push(`src/${name} imports ${target}: ${layer} may import ${ALLOWED[layer].join(", ") || "nothing"}`);
  }
}
for (const problem of problems) console.error(problem);
console.log(`${files.length} files, ${problems.length} imports in the wrong direction`);
process.exit(problems.length === 0 ? 0 : 1);
