/**
 * Fuzzes what reads texts from outside: encoded partition keys, configurations, CSV files.
 *
 *   npm run test:fuzz -- [--seed 1] [--keys 60000] [--configs 40000] [--imports 2000]
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { fuzzConfig } from "../test/fuzz/config.ts";
import { fuzzImport } from "../test/fuzz/import.ts";
import type { FuzzReport } from "../test/fuzz/mutate.ts";
import { fuzzKeys } from "../test/fuzz/partition-key.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    keys: { type: "string", default: "60000" },
    configs: { type: "string", default: "40000" },
    imports: { type: "string", default: "2000" },
  },
});
const seed = Number(values.seed);
const folder = await mkdtemp(path.join(tmpdir(), "manymodel-fuzz-"));
const fuzzers: [string, () => FuzzReport | Promise<FuzzReport>][] = [
  ["partition keys", () => fuzzKeys(seed, Number(values.keys))],
  ["configurations", () => fuzzConfig(seed, Number(values.configs))],
  ["CSV imports", () => fuzzImport(folder, seed, Number(values.imports))],
];
let failed = 0;
for (const [name, fuzz] of fuzzers) {
  const began = performance.now();
  const { inputs, accepted, failures, slowestMs } = await fuzz();
  failed += failures.length;
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  console.log(
    `${name}: ${inputs} inputs, ${accepted} accepted, ${failures.length} failures, ${seconds} s, the slowest ${slowestMs.toFixed(0)} ms`,
  );
  for (const { input, why } of failures.slice(0, 20)) console.log(`  ${why}\n    ${input}`);
}
await rm(folder, { recursive: true, force: true });
process.exit(failed === 0 ? 0 : 1);
