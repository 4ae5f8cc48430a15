/**
 * Checks the direction of imports: each folder of `src` may import only from those listed for it. What is pure stays
 * pure, engines stay interchangeable, and the whole can be read in one direction.
 */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const src = fileURLToPath(new URL("../src", import.meta.url));

/** What stands on the pipeline, each beside the others. */
const FEATURES = ["advise", "inspect", "monitor", "reconcile", "refine", "registry"];
/** Folder → folders it may import from; itself is always allowed. */
const ALLOWED = {
  forecast: [],
  core: [],
  model: ["forecast", "core"],
  ports: ["core"],
  pipeline: ["core", "model", "ports"],
  "table-function": ["core", "model", "pipeline", "ports"],
  // What scores inside a MODEL: a version in a folder, found and scored by the code that serves.
  inference: ["core", "pipeline", "ports", "serving", "stages"],
  advise: ["core", "forecast", "model", "ports"],
  refine: ["core", "model", "pipeline", "ports"],
  registry: ["core", "model", "pipeline", "ports"],
  check: ["core", "pipeline", "ports"],
  reconcile: ["core", "forecast", "pipeline", "ports"],
  monitor: ["core", "forecast", "model", "pipeline", "ports"],
  inspect: ["core", "forecast", "model", "pipeline", "ports"],
  picture: ["core", "inspect", "ports", "refine"],
  contract: ["ports", "core"],
  config: ["core", "forecast"],
  stages: ["core", "ports"],
  fleets: ["core", "ports"],
  dispatch: ["core", "pipeline", "ports"],
  "engines/memory": ["core", "ports"],
  // What engines on Node have in common: threads and processes, files as DuckDB reads them.
  "engines/node": ["core", "ports", "stages"],
  "engines/local": ["core", "engines/node", "ports", "stages"],
  "engines/postgres": ["core", "engines/node", "ports", "stages"],
  "engines/snowflake": ["core", "engines/node", "ports"],
  api: [
    ...FEATURES,
    "config",
    "core",
    "dispatch",
    "fleets",
    "forecast",
    "inference",
    "model",
    "pipeline",
    "ports",
    "stages",
    "table-function",
  ],
  serving: ["api", "config", "core", "model", "pipeline", "ports"],
  dashboard: ["api", "core", "forecast", "model", "pipeline", "ports", "refine", "registry", "serving"],
  "dashboard/web": [],
  cli: [...FEATURES, "api", "check", "core", "dashboard", "dispatch", "picture", "pipeline", "ports", "serving"],
  "index.ts": [...FEATURES, "api", "core", "model", "pipeline"],
};
/** Packages that `forecast` or `core` may import: pure JavaScript only. */
const PURE_PACKAGES = { forecast: [], core: ["hyparquet", "hyparquet-writer"] };
/** What the dashboard's page may know of the server. */
const WIRE = "dashboard/wire.ts";
/** The one place that names engines. */
const OPENS_ENGINES = "api/open-engine.ts";

const layerOf = (file) => {
  const parts = path.relative(src, file).split(path.sep);
  const nested = parts[0] === "engines" || (parts[0] === "dashboard" && parts[1] === "web");
  return nested ? parts.slice(0, 2).join("/") : parts[0];
};

const problems = [];
const files = readdirSync(src, { recursive: true }).filter((name) => /\.tsx?$/.test(name));
for (const name of files) {
  const file = path.join(src, name);
  const layer = layerOf(file);
  if (!(layer in ALLOWED)) {
    problems.push(`src/${name}: folder ${layer} has no rule in scripts/check-imports.js`);
    continue;
  }
  for (const { fileName: target } of ts.preProcessFile(readFileSync(file, "utf8"), true, true).importedFiles) {
    if (!target.startsWith(".")) {
      const isPure = PURE_PACKAGES[layer]?.some((name) => target === name || target.startsWith(`${name}/`)) ?? true;
      if (!isPure) problems.push(`src/${name} imports ${target}, but ${layer} is pure`);
      continue;
    }
    const found = path.resolve(path.dirname(file), target);
    const to = layerOf(found);
    if (layer === "dashboard/web" && path.relative(src, found).split(path.sep).join("/") === WIRE) continue;
    if (to === layer || ALLOWED[layer].includes(to)) continue;
    if (to.startsWith("engines/") && name.split(path.sep).join("/") === OPENS_ENGINES) continue;
    problems.push(`src/${name} imports ${target}: ${layer} may import ${ALLOWED[layer].join(", ") || "nothing"}`);
  }
}
for (const problem of problems) console.error(problem);
console.log(`${files.length} files, ${problems.length} imports in the wrong direction`);
process.exit(problems.length === 0 ? 0 : 1);
