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
  stages: ["core", "ports"],
  // Reads what there is of a run; changes nothing.
  runs: ["core", "ports", "stages"],
  // Runs inside a worker.
  work: ["core", "model", "ports", "runs", "stages"],
  // Supervises workers: leases, places, time.
  crew: ["core", "ports", "runs", "stages", "work"],
  pipeline: ["core", "crew", "model", "ports", "runs", "stages", "work"],
  "table-function": ["core", "model", "ports", "stages", "work"],
  // Scores inside a MODEL: finds a version in a folder by the code that serves, and scores it by the code of a worker.
  inference: ["core", "ports", "runs", "stages", "work"],
  advise: ["core", "forecast", "model", "ports"],
  refine: ["core", "pipeline", "ports", "runs"],
  registry: ["core", "crew", "pipeline", "ports", "runs", "stages", "work"],
  check: ["core", "ports", "runs"],
  reconcile: ["core", "forecast", "pipeline", "ports", "runs", "stages", "work"],
  monitor: ["core", "forecast", "model", "pipeline", "ports", "runs", "stages", "work"],
  inspect: ["core", "forecast", "model", "ports", "runs", "stages", "work"],
  picture: ["core", "inspect", "ports", "refine"],
  contract: ["ports", "core"],
  config: ["core", "forecast"],
  fleets: ["core", "crew", "pipeline", "ports", "runs", "stages"],
  "engines/memory": ["core", "ports"],
  // Common to engines on Node: threads and processes, files as DuckDB reads them.
  "engines/node": ["core", "ports", "stages"],
  "engines/local": ["core", "engines/node", "ports", "stages"],
  "engines/postgres": ["core", "engines/node", "ports", "stages"],
  "engines/snowflake": ["core", "engines/node", "ports"],
  api: [
    ...FEATURES,
    "config",
    "core",
    "fleets",
    "forecast",
    "inference",
    "model",
    "pipeline",
    "ports",
    "runs",
    "stages",
    "table-function",
    "work",
  ],
  serving: ["api", "core", "crew", "model", "ports", "runs", "work"],
  dashboard: [
    "api",
    "core",
    "forecast",
    "model",
    "monitor",
    "ports",
    "refine",
    "registry",
    "runs",
    "serving",
    "stages",
  ],
  "dashboard/web": [],
  cli: [
    ...FEATURES,
    "api",
    "check",
    "core",
    "crew",
    "dashboard",
    "fleets",
    "picture",
    "pipeline",
    "ports",
    "runs",
    "serving",
    "stages",
  ],
  "index.ts": [...FEATURES, "api", "core", "model", "pipeline", "runs"],
};
/** Single files that a folder may not import, though it may import from their folder. */
const FORBIDDEN = {
  // A worker reads tables, the stage and inference. Leases and runs are its supervisor's.
  work: ["engine", "queue", "catalog", "roster", "versions", "jobs", "workers"].map((name) => `ports/${name}.ts`),
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
    if (FORBIDDEN[layer]?.includes(path.relative(src, found).split(path.sep).join("/"))) {
      problems.push(`src/${name} imports ${target}, which ${layer} must not see`);
      continue;
    }
    if (to === layer || ALLOWED[layer].includes(to)) continue;
    if (to.startsWith("engines/") && name.split(path.sep).join("/") === OPENS_ENGINES) continue;
    problems.push(`src/${name} imports ${target}: ${layer} may import ${ALLOWED[layer].join(", ") || "nothing"}`);
  }
}
for (const problem of problems) console.error(problem);
console.log(`${files.length} files, ${problems.length} imports in the wrong direction`);
process.exit(problems.length === 0 ? 0 : 1);
