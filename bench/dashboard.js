/**
 * The dashboard at size: a workspace of N partitions with 16 metrics and 3 attributes each, its table of partitions made,
 * opened again, sorted, filtered, grouped and searched over HTTP, and its pages opened in headless Chromium; then what
 * watching a run costs that run.
 * Prints one JSON line per measurement. With a second argument the workspace is made there, and used if it is there.
 *
 *   npm run bench:dashboard -- 1000000 [FOLDER]
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { connect } from "manymodel";
import { writeSource } from "./source-table.js";

const partitions = Number(process.argv[2] ?? 1_000_000);
const rows = 14;
const folder =
  process.argv[3] ?? (await mkdtemp(path.join(process.env.MANYMODEL_BENCH_DIR ?? tmpdir(), "manymodel-bench-")));
await mkdir(folder, { recursive: true });
const config = path.join(folder, "manymodel.yaml");
const bin = fileURLToPath(new URL("../bin/manymodel.js", import.meta.url));
const say = (line) => console.log(JSON.stringify({ partitions, ...line }));
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
const rounded = (ms) => Number(ms.toFixed(ms < 100 ? 1 : 0));

/** Starts the dashboard; says where it is, and how much CPU time it had when it is ended. */
async function startUi() {
  const child = spawn(process.execPath, [bin, "ui", "--config", config, "--port", "0", "--json"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  process.on("exit", () => child.kill());
  let text = "";
  for await (const piece of child.stdout) {
    text += piece;
    if (text.includes("}")) break;
  }
  const cpuMs = async () => {
    const fields = (await readFile(`/proc/${child.pid}/stat`, "utf8")).split(") ")[1].split(" ");
    return 10 * (Number(fields[11]) + Number(fields[12]));
  };
  const peak = async () => Number(/VmHWM:\s+(\d+)/.exec(await readFile(`/proc/${child.pid}/status`, "utf8"))[1]) >> 10;
  return { url: JSON.parse(text).url, cpuMs, peak, end: () => child.kill("SIGTERM") };
}

/** Reads a path until its table is there; says how long the last request, and all of them, took. */
async function get(url, where) {
  const began = performance.now();
  for (;;) {
    const start = performance.now();
    const response = await fetch(`${url}/api${where}`);
    const body = await response.json();
    if (!response.ok) throw new Error(body.error.message);
    if (response.status !== 202) return { body, ms: performance.now() - start, allMs: performance.now() - began };
  }
}

async function train() {
  const source = path.join(folder, "source.parquet");
  const unit = `(i // ${rows})`;
  const others = `'c' || ${unit} % 20 AS CATEGORY, 's' || ${unit} % 300 AS STORE, 'b' || ${unit} % 90 AS BRAND, 1 + ${unit} % 9 AS PRICE`;
  await writeSource(source, { partitions, rows, others });
  await writeFile(
    config,
    `source: { table: source.parquet, partition_by: UNIT_ID, order_by: OBS_DATE, target: Y, attributes: [CATEGORY, STORE, BRAND], value: PRICE }
register: { model: BENCH, alias: champion }
`,
  );
  const mm = await connect(config);
  const began = performance.now();
  const body = new URL("./measured-model.ts", import.meta.url);
  for (const modelRunId of ["before", "bench"]) {
    await mm
      .foreachPartition("unit_id")
      .dopar(body, { modelRunId, exports: { target: "Y", holdout: 7, horizon: 7, period: 7 } });
    await mm.models.register({ run: modelRunId, alias: "champion" });
  }
  say({ step: "train twice, and register", seconds: rounded((performance.now() - began) / 1000) });
  await mm.close();
}

/** Removes the tables of partitions, which the dashboard makes again. */
async function forgetTables() {
  for (const run of ["before", "bench"])
    await rm(path.join(folder, ".manymodel", "stage", "runs", run, "partitions"), { recursive: true, force: true });
}

/** Measures the front page in a process that has read nothing: CPU and time of its answer, and of the next one. */
async function night() {
  const took = [];
  for (let i = 0; i < 3; i++) {
    const ui = await startUi();
    const before = await ui.cpuMs();
    const { allMs, body } = await get(ui.url, "/night");
    if (body.models[0]?.losses.length !== 10) throw new Error("the front page names no losses");
    const cpuMs = (await ui.cpuMs()) - before;
    took.push({ allMs, cpuMs, againMs: (await get(ui.url, "/night")).ms });
    ui.end();
  }
  const middle = (name) => rounded(median(took.map((one) => one[name])));
  say({
    step: "the front page in another process",
    ms: middle("allMs"),
    cpuMs: middle("cpuMs"),
    againMs: middle("againMs"),
  });
}

async function search() {
  await forgetTables();
  const first = await startUi();
  const front = await get(first.url, "/night");
  say({
    step: "the front page with both tables made for it, once a run",
    ms: rounded(front.allMs),
    cpuMs: await first.cpuMs(),
  });
  first.end();
  await night();
  await forgetTables();
  await table();
}

async function table() {
  const first = await startUi();
  const built = await get(first.url, "/runs/bench/partitions");
  say({
    step: "make the table, once a run",
    ms: rounded(built.allMs),
    cpuMs: await first.cpuMs(),
    peakMegabytes: await first.peak(),
  });
  first.end();
  const ui = await startUi();
  const opened = await get(ui.url, "/runs/bench/partitions");
  say({ step: "open the table in another process", ms: rounded(opened.allMs) });
  const queries = {
    "first page, by a metric": "sort=holdout_mase&order=desc&metrics=holdout_mase,holdout_mape",
    "first page, by another metric": "sort=holdout_rmse&order=desc&metrics=holdout_rmse",
    "a page in the middle": `sort=holdout_mase&order=desc&offset=${partitions >> 1}&metrics=holdout_mase`,
    "by key, a part of it": "text=U0000123&sort=key",
    "by key, one letter that all have": "text=k&sort=key",
    "by a part that none has": "text=nothing&sort=holdout_mase",
    "failed only": "outcome=failed&sort=holdout_mase",
    "of a store and a category, by the value that is lost":
      "is=STORE:s7&is=CATEGORY:c7&sort=lost_value&order=desc&metrics=lost_value",
    "of a brand": "is=BRAND:b8&sort=lost_value&order=desc&metrics=lost_value",
  };
  for (const [step, query] of Object.entries(queries)) {
    const cold = await get(ui.url, `/runs/bench/rows?${query}&limit=100`);
    const warm = [];
    for (let i = 0; i < 5; i++) warm.push((await get(ui.url, `/runs/bench/rows?${query}&limit=100`)).ms);
    say({ step, matched: cold.body.matched, firstMs: rounded(cold.ms), againMs: rounded(median(warm)) });
  }
  for (const [step, query] of Object.entries({
    "grouped by category": "by=CATEGORY",
    "grouped by store, of a brand": "by=STORE&is=BRAND:b8",
  })) {
    const cold = await get(ui.url, `/runs/bench/groups?${query}`);
    const again = await get(ui.url, `/runs/bench/groups?${query}`);
    say({ step, groups: cold.body.groups.length, firstMs: rounded(cold.ms), againMs: rounded(again.ms) });
  }
  const typed = [];
  for (const text of ["00", "001", "0012", "00123", "001234", "0012345"])
    typed.push((await get(ui.url, `/runs/bench/rows?text=${text}&sort=holdout_mase&order=desc&limit=100`)).ms);
  say({
    step: "search while typing, each text new",
    medianMs: rounded(median(typed)),
    worstMs: rounded(Math.max(...typed)),
  });
  const series = await get(ui.url, "/runs/bench/series?key=s%3ASKU00000042");
  const again = await get(ui.url, `/runs/bench/series?key=s%3ASKU${String(partitions - 7).padStart(8, "0")}`);
  say({ step: "a series", firstMs: rounded(series.ms), otherMs: rounded(again.ms) });
  await page(ui.url);
  say({ step: "the dashboard's memory at the end", peakMegabytes: await ui.peak() });
  ui.end();
}

/** Measures the time from the click on a link to usable rows. */
async function page(url) {
  const chromium = ["/usr/bin/chromium", "/usr/bin/google-chrome"].find((file) => existsSync(file));
  if (chromium === undefined) return say({ step: "page", skipped: "there is no Chromium" });
  const { chromium: browserType } = await import("playwright-core");
  const browser = await browserType.launch({ executablePath: chromium, args: ["--no-sandbox"] });
  for (const [step, where, ready] of [
    ["page: last night", "/", ".losses tbody tr"],
    ["page: runs", "/runs", "table.rows tbody tr"],
    ["page: partitions", "/runs/bench/partitions", ".vbody [role=row] a"],
  ]) {
    const took = [];
    for (let i = 0; i < 5; i++) {
      const tab = await browser.newPage();
      const began = performance.now();
      await tab.goto(url + where, { waitUntil: "commit" });
      await tab.waitForSelector(ready);
      took.push(performance.now() - began);
      await tab.close();
    }
    say({ step, medianMs: rounded(median(took)), worstMs: rounded(Math.max(...took)) });
  }
  await browser.close();
  const web = fileURLToPath(new URL("../dist/dashboard/web", import.meta.url));
  const script = (await readdir(web)).find((name) => name.endsWith(".js.br"));
  say({ step: "JavaScript, brotli", kilobytes: rounded((await readFile(path.join(web, script))).length / 1000) });
}

/** Measures the cost of the dashboard during a run: the CPU of watching, beside that of the run. */
async function watching() {
  const began = performance.now();
  const mm = await connect(config);
  const ui = await startUi();
  const body = new URL("./measured-model.ts", import.meta.url);
  const runId = `watched_${Date.now()}`;
  const run = mm.foreachPartition("unit_id").dopar(body, { modelRunId: runId, exports: { target: "Y", holdout: 0 } });
  const isListed = async () => (await (await fetch(`${ui.url}/api/runs`)).json()).some((one) => one.runId === runId);
  while (!(await isListed()));
  const [before, cpuBefore, at] = [await ui.cpuMs(), process.cpuUsage(), performance.now()];
  const watchers = Array.from({ length: 3 }, () => new AbortController());
  for (const { signal } of watchers)
    void fetch(`${ui.url}/api/live/${runId}`, { signal })
      .then(
        async (response) => {
          for await (const _ of response.body);
        },
        () => {},
      )
      .catch(() => {});
  // Somebody looks at its partitions also, as the page does.
  let looked;
  const looking = setInterval(async () => {
    const head = await fetch(`${ui.url}/api/runs/${runId}/partitions`).then((answer) => answer.json());
    if (head.progress?.there === looked) return;
    looked = head.progress?.there;
    for (const query of ["rows?limit=100&metrics=holdout_mase&", "pictures?count=12&"])
      await fetch(`${ui.url}/api/runs/${runId}/${query}sort=holdout_mase&order=desc`).then((answer) => answer.text());
  }, 1000);
  await run;
  clearInterval(looking);
  const [wall, cpu] = [performance.now() - at, process.cpuUsage(cpuBefore)];
  const took = (await ui.cpuMs()) - before;
  const worked = (cpu.user + cpu.system) / 1000;
  for (const watcher of watchers) watcher.abort();
  say({
    step: "watching a run, three at once",
    runSeconds: rounded(wall / 1000),
    partitionsSeen: looked,
    dashboardCpuMs: took,
    runCpuMs: rounded(worked),
    percent: Number(((100 * took) / worked).toFixed(2)),
    allSeconds: rounded((performance.now() - began) / 1000),
  });
  ui.end();
  await mm.close();
}

try {
  if (!existsSync(path.join(folder, ".manymodel"))) await train();
  await search();
  await watching();
} finally {
  if (process.argv[3] === undefined) await rm(folder, { recursive: true, force: true });
}
