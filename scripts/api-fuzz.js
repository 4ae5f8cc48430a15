/**
 * Asks `manymodel serve` with programs that others wrote. `npm run test:api-fuzz`:
 *
 * - Python's `requests`, every route (test/serving/clients.test.ts, which knows further clients),
 * - autocannon, every route whose request can be repeated, 20 connections at the same time,
 * - schemathesis, by the server's own OpenAPI document: requests that the document allows and requests that it does not,
 *   with the answers checked against it. Further arguments go to schemathesis, as in
 *   `npm run test:api-fuzz -- --max-examples 500`.
 *
 * It installs them from PyPI and npm. What cannot be installed is skipped, saying so.
 */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { ACCESS } from "../dist/serving/access.js";
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

const AUTOCANNON = "9.0.0";
const { bin, missing } = pypi(`schemathesis==${VERSION}`);
const failures = [];
/** Runs a program to its end, and returns what it prints; the server is a process of its own. */
const run = (program, args, options) => spawnSync(program, args, { cwd: root, encoding: "utf8", ...options });

if (missing !== undefined) console.log(`skipped: requests and schemathesis cannot be installed: ${missing}`);
else {
  // schemathesis comes with requests.
  const env = { ...process.env, MANYMODEL_PYTHON: path.join(bin, "python") };
  const { status } = run("npx", ["vitest", "run", "test/serving/clients.test.ts"], { env, stdio: "inherit" });
  if (status !== 0) failures.push("a client is not answered by every route");
}

/** Asks each route 400 times, 20 at a time. */
function askAtOnce(url, token) {
  const bodies = {
    "POST /v1/models/{model}/{version}/predict": { keys: ["A"], horizon: 2 },
    "POST /v1/aliases/{model}/{alias}": { version: "V2" },
  };
  for (const route of Object.keys(ACCESS).filter((route) => route.startsWith("GET") || route in bodies)) {
    const [method, place] = route.split(" ");
    const named = { model: "MANY_MODEL_FORECAST", version: "V1", alias: "champion", partition: "s:A" };
    const target = url + place.replaceAll(/\{(\w+)\}/g, (_, name) => named[name]);
    const args = ["--yes", `autocannon@${AUTOCANNON}`, "--json", "-n", "-a", "400", "-c", "20", "-m", method];
    const headers = ["-H", `Authorization=Bearer ${token}`, "-H", "Content-Type=application/json"];
    const body = route in bodies ? ["-b", JSON.stringify(bodies[route])] : [];
    const { stdout, stderr, status } = run("npx", [...args, ...headers, ...body, target]);
    if (status !== 0) return console.log(`skipped: autocannon cannot be run: ${stderr.trim().split("\n").at(-1)}`);
    const { "2xx": answered, non2xx, errors } = JSON.parse(stdout);
    console.log(`autocannon: ${route}: ${answered} answered, ${non2xx} refused, ${errors} errors`);
    if (answered !== 400 || errors > 0) failures.push(`autocannon: ${route}`);
  }
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
  askAtOnce(url, token);
  if (missing === undefined) {
    const args = ["run", `${url}/openapi.json`, "--header", `Authorization: Bearer ${token}`, "--no-color"];
    const words = process.argv.slice(2);
    const { status } = run(path.join(bin, "schemathesis"), [...args, ...words], { cwd: folder, stdio: "inherit" });
    if (status !== 0) failures.push("an answer is not as the OpenAPI document says");
  }
  const alive = await fetch(`${url}/healthz`).then(
    (answer) => answer.ok,
    () => false,
  );
  if (!alive) failures.push("the server does not answer any more");
} finally {
  server?.kill();
  rmSync(folder, { recursive: true, force: true });
}
for (const failure of failures) console.log(`FAILED  ${failure}`);
process.exit(failures.length === 0 ? 0 : 1);
