/**
 * Predictions over HTTP at size: N partitions with a body that returns the mean (or with the model that is named), one
 * `manymodel serve` process, and a load generator here that sends at a fixed rate, whatever comes back, over kept-alive
 * connections to this machine. Milliseconds count from when a request was due. Prints one JSON line per step:
 *
 *   npm run bench:serve -- 1000000 --rate 200
 *   npm run bench:serve -- 2000 ets
 *   npm run bench:serve -- 2000 --clients 1000 --seconds 60
 *
 * With clients, each asks again as soon as it has its answer. An answer 503 that says when to ask again is counted apart;
 * anything else but 200 is an error. Memory is the server's, in MB.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { connect } from "manymodel";
import { writeSource } from "./source-table.js";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rate: { type: "string", default: "500" },
    clients: { type: "string", default: "0" },
    seconds: { type: "string", default: "60" },
  },
});
const partitions = Number(positionals[0] ?? 1_000_000);
const model = positionals[1];
const rows = model === undefined ? 30 : 200;
const RATE = Number(options.rate);
const REQUESTS = 10 * RATE;
const CLIENTS = Number(options.clients);
const COLD = 200;
const root = fileURLToPath(new URL("..", import.meta.url));
const folder = await mkdtemp(path.join(process.env.MANYMODEL_BENCH_DIR ?? tmpdir(), "manymodel-bench-"));
const say = (step, values) => console.log(JSON.stringify({ step, partitions, model: model ?? "mean", ...values }));
const key = (i) => `SKU${String(i).padStart(8, "0")}`;
let server;
try {
  const source = path.join(folder, "source.parquet");
  await writeSource(source, {
    partitions,
    rows,
    value: `50 + 10 * sin((i % ${rows}) * 0.9) + (hash(i) % 1000)::DOUBLE / 100`,
  });
  const file = path.join(folder, "manymodel.yaml");
  const body = model ?? path.join(root, "bench", "mean-model.ts");
  await writeFile(
    file,
    `source: { table: ${source}, partition_by: UNIT_ID, order_by: OBS_DATE, period: 7 }\nworkspace: workspace\nmodel: ${body}\ntrain: { holdout: 0 }\n`,
  );
  const manymodel = async (...args) => {
    const child = spawn(process.execPath, [path.join(root, "bin", "manymodel.js"), ...args, "--config", file], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    const [code] = await once(child, "exit");
    if (code !== 0) throw new Error(`manymodel ${args.join(" ")} ended with ${code}`);
  };
  await manymodel("train");
  await manymodel("register");
  const mm = await connect(file);
  await lookUp(mm);
  await mm.close();

  const began = performance.now();
  server = spawn(
    process.execPath,
    [path.join(root, "bin", "manymodel.js"), "serve", "--config", file, "--port", "0", "--json", "--quiet"],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  const { port } = JSON.parse(await once(server.stdout, "data"));
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const ask = (method, path, json) =>
    new Promise((resolve, reject) => {
      const headers = json === undefined ? {} : { "Content-Type": "application/json" };
      const sending = request({ host: "127.0.0.1", port, method, path, agent, headers }, (answer) => {
        let text = "";
        answer.on("data", (data) => (text += data));
        answer.on("end", () => (answer.statusCode === 200 ? resolve(text) : reject(new Error(text))));
      });
      sending.on("error", reject);
      sending.end(json);
    });
  const predict = (i) =>
    ask("POST", "/v1/models/MANY_MODEL_FORECAST/default/predict", JSON.stringify({ keys: [key(i)], horizon: 30 }));
  while ((await ask("GET", "/readyz").catch(() => undefined)) === undefined);
  say("from start to ready", { seconds: Number(((performance.now() - began) / 1000).toFixed(2)) });
  await predict(0);

  /** Returns the server's CPU that `work` took, in milliseconds. */
  const cpu = async (work) => {
    const seconds = async () => Number(/^process_cpu_seconds_total (\S+)/m.exec(await ask("GET", "/metrics"))[1]);
    const before = await seconds();
    await work();
    return ((await seconds()) - before) * 1000;
  };
  const took = [];
  const coldCpu = await cpu(async () => {
    for (let i = 0; i < COLD; i++) {
      const due = performance.now();
      await predict(Math.floor(((i + 0.5) / COLD) * partitions));
      took.push(performance.now() - due);
    }
  });
  say("cold, one at a time", { ...quantiles(took), cpuMs: Number((coldCpu / COLD).toFixed(2)) });

  const warmKeys = Math.min(2000, partitions);
  for (let i = 0; i < warmKeys; i += 50) await predict(i);
  const latencies = [];
  const warmCpu = await cpu(async () => {
    const start = performance.now() + 10;
    const pending = [];
    for (let i = 0; i < REQUESTS; i++) {
      const due = start + (i * 1000) / RATE;
      const wait = due - performance.now();
      if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait));
      pending.push(predict((i * 7919) % warmKeys).then(() => latencies.push(performance.now() - due)));
    }
    await Promise.all(pending);
  });
  say(`warm, ${RATE} a second`, { ...quantiles(latencies), cpuMs: Number((warmCpu / REQUESTS).toFixed(3)) });
  if (CLIENTS > 0) say(`${CLIENTS} clients`, await crowd(port, async () => ask("GET", "/metrics")));
} finally {
  server?.kill("SIGTERM");
  await rm(folder, { recursive: true, force: true });
}

/** Measures responses to many clients, each on its own connection, and the server's memory meanwhile. */
async function crowd(port, metrics) {
  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
  const counted = { ok: 0, busy: 0, errors: 0 };
  const kinds = {};
  const latencies = [];
  const once = (i) =>
    new Promise((resolve) => {
      const began = performance.now();
      const fail = (kind) => {
        counted.errors++;
        kinds[kind] = (kinds[kind] ?? 0) + 1;
        resolve(0);
      };
      const sending = request(
        {
          host: "127.0.0.1",
          port,
          method: "POST",
          path: "/v1/models/MANY_MODEL_FORECAST/default/predict",
          agent,
          headers: { "Content-Type": "application/json" },
        },
        (answer) => {
          answer.resume();
          answer.on("error", (error) => fail(error.code));
          answer.on("end", () => {
            const wait = answer.headers["retry-after"];
            if (answer.statusCode === 200) {
              counted.ok++;
              latencies.push(performance.now() - began);
              resolve(0);
            } else if (answer.statusCode === 503 && wait !== undefined) {
              counted.busy++;
              resolve(Number(wait) * 1000);
            } else fail(answer.statusCode);
          });
        },
      );
      sending.on("error", (error) => fail(error.code));
      sending.end(JSON.stringify({ keys: [key(i % partitions)], horizon: 7 }));
    });
  const memory = [];
  const watch = async () => {
    const [, bytes] = /^process_resident_memory_bytes (\S+)/m.exec(await metrics());
    memory.push(Math.round(Number(bytes) / 1e6));
  };
  await watch();
  const until = performance.now() + Number(options.seconds) * 1000;
  const watching = setInterval(() => watch().catch(() => {}), 5000);
  const client = async (n) => {
    for (let i = n; performance.now() < until; i += CLIENTS) {
      const wait = await once(i * 7919);
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, (_, n) => client(n)));
  clearInterval(watching);
  agent.destroy();
  await watch();
  return { ...counted, kinds, ...quantiles(latencies), memoryMb: memory };
}

/** Measures look-ups of keys by the index of keys alone. */
async function lookUp({ engine, registry }) {
  const { openFinder } = await import("../dist/runs/find-partition.js");
  const { readIndex } = await import("../dist/runs/read-index.js");
  const { index } = await registry.knownModelVersion("MANY_MODEL_FORECAST");
  let began = performance.now();
  const finder = await openFinder(engine.stage, await readIndex(engine.stage, index, "it was registered"));
  const openMs = Number((performance.now() - began).toFixed(1));
  began = performance.now();
  for (let i = 0; i < 100_000; i++)
    if (finder.places(`s:${key((i * 7919) % partitions)}`).length === 0) throw new Error("a key was not found");
  say("key lookup", { openMs, microseconds: Number(((performance.now() - began) / 100).toFixed(2)) });
}

function quantiles(values) {
  const sorted = values.sort((a, b) => a - b);
  const at = (q) => Number(sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)].toFixed(2));
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}
