/**
 * Fuzzes `manymodel serve` by its own OpenAPI document: schemathesis makes requests that the document allows and requests
 * that it does not, and checks the answers against it. `npm run test:api-fuzz`; further arguments go to schemathesis, as
 * in `npm run test:api-fuzz -- --max-examples 500`.
 *
 * It uses the `schemathesis` on the PATH, or installs it into a virtual environment. It is skipped, saying so, where there
 * is no Python, or PyPI is not reachable.
 */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { pypi } from "./pypi.js";

/**
 * The document cannot say which columns a model's keys and rows have, so a prediction may refuse what it allows.
 * Everything else about predictions is checked.
 */
const SETTINGS = `[[operations]]
include-name = "POST /v1/models/{model}/{version}/predict"
checks.positive_data_acceptance.enabled = false
`;

const root = fileURLToPath(new URL("..", import.meta.url));
const BIN = path.join(root, "bin", "manymodel.js");
const VERSION = "4.32.5";

/** The program, or why there is none. */
function findSchemathesis() {
  if (spawnSync("schemathesis", ["--version"]).status === 0) return { program: "schemathesis" };
  const { bin, missing } = pypi(`schemathesis==${VERSION}`);
  return missing === undefined ? { program: path.join(bin, "schemathesis") } : { missing };
}

const { program, missing } = findSchemathesis();
if (missing !== undefined) {
  console.log(`skipped: schemathesis cannot be installed: ${missing}`);
  process.exit(0);
}

const folder = mkdtempSync(path.join(tmpdir(), "manymodel-api-fuzz-"));
const manymodel = (...args) => execFileSync(process.execPath, [BIN, ...args], { cwd: folder, encoding: "utf8" });
let server;
try {
  // The names of the document's examples, so that they are found.
  const days = Array.from({ length: 28 }, (_, day) => new Date(Date.UTC(2026, 3, 1 + day)).toISOString().slice(0, 10));
  const rows = ["A", "B", "C"].flatMap((sku, i) => days.map((day, n) => `${sku},${day},${10 * i + (n % 7)}`));
  writeFileSync(path.join(folder, "sales.csv"), `sku,day,qty\n${rows.join("\n")}\n`);
  const source = "source: { table: SALES, partition_by: sku, order_by: day, target: qty, period: 7 }";
  const limits = "serve: { max_keys: 50, max_horizon: 100 }";
  writeFileSync(path.join(folder, "manymodel.yaml"), `${source}\nmodel: snaive\n${limits}\n`);
  writeFileSync(path.join(folder, "schemathesis.toml"), SETTINGS);
  manymodel("import", "sales.csv", "--table", "SALES");
  manymodel("train", "--run-id", "r");
  for (const version of ["V1", "V2", "V3"]) manymodel("register", "--run", "r", "--model-version", version);
  manymodel("model", "alias", "MANY_MODEL_FORECAST", "champion", "V1");
  manymodel("model", "alias", "MANY_MODEL_FORECAST", "champion", "V2");
  const token = /mm_\S+/.exec(manymodel("token", "create", "--name", "fuzzer", "--role", "admin"))[0];

  server = spawn(process.execPath, [BIN, "serve", "--port", "0", "--json", "--quiet"], {
    cwd: folder,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const { url } = JSON.parse(await new Promise((resolve) => server.stdout.once("data", resolve)));
  const args = ["run", `${url}/openapi.json`, "--header", `Authorization: Bearer ${token}`];
  const own = process.argv.slice(2);
  const fuzzer = spawn(program, [...args, "--no-color", ...own], { cwd: folder, stdio: "inherit" });
  process.exitCode = await new Promise((resolve) => fuzzer.once("close", (status) => resolve(status ?? 1)));
  const alive = await fetch(`${url}/healthz`).then(
    (answer) => answer.ok,
    () => false,
  );
  if (!alive) {
    console.log("FAILED  the server does not answer any more");
    process.exitCode = 1;
  }
} finally {
  server?.kill();
  rmSync(folder, { recursive: true, force: true });
}
