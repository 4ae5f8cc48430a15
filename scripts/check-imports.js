/**
 * Checks the direction of imports: each folder of `src` may import only from those listed for it, and no two files import
 * each other. What is pure stays pure, engines stay interchangeable, and the whole can be read in one direction.
 */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = fileURLToPath(new URL("..", import.meta.url));
const src = path.join(root, "src");
/** A package of its own, which is a folder like the others here: whoever imports from it is listed below. */
const FORECAST = { source: path.join(root, "packages", "forecast", "src"), name: "@manymodel/forecast" };

/** The features on top of the pipeline, each beside the others. */
const FEATURES = ["advise", "inspect", "monitor", "reconcile", "refine", "registry"];
/** Folder → folders it may import from; itself is always allowed. */
const ALLOWED = {
  forecast: [],
  core: [],
  // Numbers and times as people read them, on the server and on the page.
  text: [],
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
  picture: ["core", "inspect", "ports", "refine", "text"],
  contract: ["ports", "core"],
  config: ["core", "forecast"],
  fleets: ["core", "crew", "pipeline", "ports", "runs", "stages"],
  "engines/memory": ["core", "ports"],
  // Common to engines on Node: threads and processes, files as DuckDB reads them.
  "engines/node": ["core", "ports", "stages"],
  "engines/local": ["core", "engines/node", "ports", "stages"],
  "engines/postgres": ["core", "engines/node", "ports", "stages"],
  "engines/snowflake": ["core", "engines/node", "ports", "stages"],
  api: [
    ...FEATURES,
    "check",
    "config",
    "core",
    "crew",
    "fleets",
    "forecast",
    "inference",
    "model",
    "picture",
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
    "reconcile",
    "refine",
    "registry",
    "runs",
    "serving",
    "stages",
    "text",
    "work",
  ],
  // The page runs in a browser: it may import what is pure.
  "dashboard/web": ["core", "picture", "text"],
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
  "forecast.ts": ["forecast"],
  "index.ts": [...FEATURES, "api", "config", "core", "model", "pipeline", "ports", "runs"],
};
/** Single files that a folder may not import, though it may import from their folder. */
const FORBIDDEN = {
  // A worker reads a source, the stage and inference, and writes output. Leases, runs and tables are its supervisor's.
  work: ["engine", "queue", "catalog", "roster", "versions", "jobs", "workers", "tables", "run-views", "leftovers"].map(
    (name) => `ports/${name}.ts`,
  ),
};
/** Packages that pure folders may import: pure JavaScript only. */
const PURE_PACKAGES = { forecast: [], text: [], core: ["hyparquet", "hyparquet-writer"] };
/**
 * The files of the server that the dashboard's page may import: all its imports are of types, so that the page's bundle
 * has none.
 */
const WIRE = /^dashboard\/wire(-[a-z]+)?\.ts$/;
/** The one place that names engines. */
const OPENS_ENGINES = "api/open-engine.ts";

const layerOf = (file) => {
  if (file.startsWith(FORECAST.source)) return "forecast";
  const parts = path.relative(src, file).split(path.sep);
  const nested = parts[0] === "engines" || (parts[0] === "dashboard" && parts[1] === "web");
  return nested ? parts.slice(0, 2).join("/") : parts[0];
};
const inSrc = (file) => path.relative(src, file).split(path.sep).join("/");

const problems = [];
const files = [src, FORECAST.source].flatMap((folder) =>
  readdirSync(folder, { recursive: true })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => path.join(folder, name)),
);
/** File → the files of the two packages that it imports. */
const imports = new Map(files.map((file) => [file, []]));
for (const file of files) {
  const name = path.relative(root, file);
  const layer = layerOf(file);
  if (!(layer in ALLOWED)) {
    problems.push(`${name}: folder ${layer} has no rule in scripts/check-imports.js`);
    continue;
  }
  const allowed = [layer, ...ALLOWED[layer]];
  const refuse = (target) =>
    problems.push(`${name} imports ${target}: ${layer} may import ${ALLOWED[layer].join(", ") || "nothing"}`);
  const text = readFileSync(file, "utf8");
  if (WIRE.test(inSrc(file)))
    for (const target of importedValues(text))
      problems.push(`${name} imports values of ${target}: it may import types only`);
  for (const { fileName: target } of ts.preProcessFile(text, true, true).importedFiles) {
    if (!target.startsWith(".")) {
      const isForecast = target === FORECAST.name || target.startsWith(`${FORECAST.name}/`);
      const isPure = PURE_PACKAGES[layer]?.some((name) => target === name || target.startsWith(`${name}/`)) ?? true;
      if (isForecast ? !allowed.includes("forecast") : !isPure) refuse(target);
      continue;
    }
    const imported = path.resolve(path.dirname(file), target);
    imports.get(file).push(imported);
    const to = layerOf(imported);
    if (layer === "dashboard/web" && WIRE.test(inSrc(imported))) continue;
    if (FORBIDDEN[layer]?.includes(inSrc(imported)))
      problems.push(`${name} imports ${target}, which ${layer} must not see`);
    else if (!allowed.includes(to) && !(to.startsWith("engines/") && inSrc(file) === OPENS_ENGINES)) refuse(target);
  }
}
const circles = findCircles(imports);
for (const circle of circles) problems.push(`a circle: ${circle.map((file) => path.relative(root, file)).join(", ")}`);
for (const problem of problems) console.error(problem);
console.log(`${files.length} files, ${problems.length} problems`);
process.exit(problems.length === 0 ? 0 : 1);

/** Returns the modules that a file imports, or exports from, other than by `import type` and `export type`. */
function importedValues(text) {
  const { statements } = ts.createSourceFile("", text, ts.ScriptTarget.Latest);
  return statements
    .filter(
      (statement) =>
        (ts.isImportDeclaration(statement) && statement.importClause?.phaseModifier !== ts.SyntaxKind.TypeKeyword) ||
        (ts.isExportDeclaration(statement) && statement.moduleSpecifier !== undefined && !statement.isTypeOnly),
    )
    .map((statement) => statement.moduleSpecifier.text);
}

/** Returns the sets of files that import each other, by Tarjan's algorithm for strongly connected components. */
function findCircles(graph) {
  const order = new Map();
  const lowest = new Map();
  const stack = [];
  const circles = [];
  const visit = (file) => {
    order.set(file, order.size);
    lowest.set(file, order.get(file));
    stack.push(file);
    for (const next of graph.get(file) ?? []) {
      if (!order.has(next)) visit(next);
      if (stack.includes(next)) lowest.set(file, Math.min(lowest.get(file), lowest.get(next)));
    }
    if (lowest.get(file) !== order.get(file)) return;
    const circle = stack.splice(stack.indexOf(file));
    if (circle.length > 1) circles.push(circle);
  };
  for (const file of graph.keys()) if (!order.has(file)) visit(file);
  return circles;
}
