/**
 * Computes the limits of the design on paper: the arithmetic of docs/scale.md. Prints its tables; with `--write`, puts
 * them into the document. The inputs are measured, each as its line says.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Bytes: `train --model ets` and `holt-winters` on 400 daily series of three years, in 400 chunks and in 4. */
const SEGMENT = { fixed: 2700, perPartition: 1270 };
const TASK_FILE = { fixed: 47, perPartition: 17 };
const CHUNK_MANIFEST = 195;
const INDEX_PER_SEGMENT = 207;
const KEY_INDEX_PER_PARTITION = 16;
/** CPU seconds of a fit (docs/performance.md: 2,000 series on two cores in 80 s and in 10 s). */
const FITS = { "auto-arima": 0.08, "holt-winters": 0.01 };
/** Chunks claimed and finished a second by a PostgreSQL server, one at a time; here an assumption, to be measured there. */
const CLAIMS_PER_SECOND = 2000;
/** From the code: what each worker says to the database, and how often. */
const RENEW_SECONDS = 10;
const BEAT_SECONDS = 2;
/** Amazon's list prices, us-east-1, in dollars: a thousand puts, a thousand gets, a gigabyte for a month. */
const PRICE = { put: 0.005, get: 0.0004, month: 0.023 };

const number = (value) => Math.round(value).toLocaleString("en-US");
const bytes = (value) =>
  value < 1e6
    ? `${(value / 1e3).toFixed(0)} kB`
    : value < 1e9
      ? `${(value / 1e6).toFixed(0)} MB`
      : `${(value / 1e9).toFixed(1)} GB`;
const time = (seconds) =>
  seconds < 120
    ? `${seconds.toFixed(0)} s`
    : seconds < 7200
      ? `${(seconds / 60).toFixed(0)} min`
      : `${(seconds / 3600).toFixed(1)} h`;

function scale({ partitions, workers, perChunk, fit }) {
  const chunks = Math.ceil(partitions / perChunk);
  const seconds = Math.max((partitions * FITS[fit]) / workers, chunks / CLAIMS_PER_SECOND);
  const puts = 3 * chunks;
  const gets = 2 * chunks + 2 * workers;
  const stored =
    partitions * (SEGMENT.perPartition + TASK_FILE.perPartition) +
    chunks * (SEGMENT.fixed + TASK_FILE.fixed + CHUNK_MANIFEST);
  return {
    partitions: number(partitions),
    workers: number(workers),
    model: fit,
    "partitions a chunk": number(perChunk),
    "queue rows": number(chunks),
    "wall time": time(seconds),
    "claims and finishes a second, each": (chunks / seconds).toFixed(1),
    "lease renewals a second": number(workers / RENEW_SECONDS),
    "roster beats a second": number(workers / BEAT_SECONDS),
    "on the stage": bytes(stored),
    "S3 puts": number(puts),
    "S3 gets": number(gets),
    "S3 requests a second": number((puts + gets) / seconds),
    "S3 requests, dollars": ((puts * PRICE.put + gets * PRICE.get) / 1000).toFixed(2),
    "S3 storage, dollars a month": ((stored / 1e9) * PRICE.month).toFixed(2),
    "model_index.json": bytes(chunks * INDEX_PER_SEGMENT),
    "key_index.bin": bytes(partitions * KEY_INDEX_PER_PARTITION),
  };
}

const cases = [
  { partitions: 1e6, workers: 16, perChunk: 2000, fit: "auto-arima" },
  { partitions: 1e7, workers: 100, perChunk: 2000, fit: "auto-arima" },
  { partitions: 1e8, workers: 1000, perChunk: 2000, fit: "auto-arima" },
  { partitions: 1e8, workers: 1000, perChunk: 2000, fit: "holt-winters" },
  { partitions: 1e8, workers: 1000, perChunk: 100, fit: "auto-arima" },
].map(scale);
const rows = Object.keys(cases[0]).map((name) => `| ${name} | ${cases.map((one) => one[name]).join(" | ")} |`);
const table = [rows[0], `|---|${cases.map(() => "--:|").join("")}`, ...rows.slice(1)].join("\n");

if (process.argv.includes("--write")) {
  const file = fileURLToPath(new URL("../docs/scale.md", import.meta.url));
  const marked = /(<!-- scale -->\n)[\s\S]*?(<!-- \/scale -->)/;
  writeFileSync(
    file,
    readFileSync(file, "utf8").replace(marked, (_, open, close) => `${open}${table}\n${close}`),
  );
} else console.log(table);
