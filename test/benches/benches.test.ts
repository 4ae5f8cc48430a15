import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { absent, data } from "../../packages/forecast/test/reference.ts";
import { compileProgram } from "../../scripts/compile-program.js";
import { whyNoPostgres } from "../engines/postgres-server.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
const PREFIX = "bench:";

/** The smallest size of a bench, what it prints of that, and the reason why it cannot run here. */
interface Bench {
  readonly args: string;
  readonly prints: readonly RegExp[];
  readonly lacks?: string | undefined;
}

const lacksData = data("m3_train") === undefined ? absent : undefined;

const BENCHES: Readonly<Record<string, Bench>> = {
  queue: { args: "20 8", prints: [/^1 process: \d+ chunks/m, /^4 processes: \d+ chunks/m, /8 bodies .* \d+\.\d %/] },
  score: {
    args: "10 both 1 incremental",
    prints: [/"register, move an alias".*"medianMs":\[\d/, /"score".*"rows":300/, /"score again.*"kept":10/],
  },
  readings: { args: "2 100 1", prints: [/"train".*"failed":0/, /"batch --readings".*"readings":200,"errors":0/] },
  serve: { args: "20 --rate 5 --clients 2 --seconds 1", prints: [/"key lookup"/, /"cold.*"p50":\d/, /"ok":[1-9]/] },
  postgres: {
    args: "--chunks 16 --series 2 --rows 2000 --workers 2 --seconds 1 --rounds 1",
    prints: [/^queue, .* \d+ chunks\/s/m, /^train, 2 .*postgres: \d/m, /^read, all .*: \d/m, /^idle, 2 workers: \d/m],
    lacks: whyNoPostgres(),
  },
  "small-jobs": {
    args: "--rounds 1",
    prints: [/"--help","cpuMs":\d+,"wallMs":\d/, /"status","cpuMs"/, /"ten .*"cpuMs"/],
  },
  "partition-cost": { args: "--small 10 --large 20", prints: [/"train","partitionMicroseconds"/, /"batch","part/] },
  scaling: {
    args: "--workers 2 --small 2 --large 4 --model snaive --rounds 1",
    prints: [/"workers":2,.*"ofProcesses":\[/],
  },
  million: { args: "20", prints: [/"train".*"seconds":\d/, /"register".*"medianMs":"\d/, /"score".*"seconds":\d/] },
  tables: { args: "2000", prints: [/^append 1 %: \d.*"replaced":10/m, /^export out\.csv: \d/m, /^rows: .* 2000$/m] },
  dashboard: {
    args: "2000",
    prints: [/"make the table.*"cpuMs":\d/, /"grouped by category","groups":20/, /"watching a run.*"percent":\d/],
  },
  kernels: {
    args: "--series 1 --rounds 1",
    prints: [/^\| auto-arima, M3 monthly, both fits \| \d.* 1 of 1 \|$/m],
    lacks: lacksData,
  },
  peers: {
    args: "--series 1 --methods snaive --peers none --jobs 0",
    prints: [/^\*\*M3 monthly/m, /^\| `snaive` \| \| 1 \| \d/m],
    lacks: lacksData,
  },
  fleet: { args: "2", prints: [/^directory: put 8 MB \d/m, /^S3 on loopback: .* \d/m, /each further chunk: -?\d/] },
  reconcile: { args: "20", prints: [/"nested","method":"bottom-up".*"total":\d/, /"crossed","method":"mint-shrink"/] },
  "reconcile-tables": { args: "20", prints: [/"wls-struct".*"seconds":\d/, /"mint-shrink".*"seconds":\d/] },
  monitor: { args: "4", prints: [/"first".*"newEntries":120/, /"again".*"newEntries":0.*"peakMb":\d/] },
};

const { scripts }: { scripts: Readonly<Record<string, string>> } = JSON.parse(
  readFileSync(path.join(root, "package.json"), "utf8"),
);
const programs = Object.entries(scripts).filter(([name]) => name.startsWith(PREFIX));

/** Returns what a package's script runs once the build is up to date. */
async function programOf(script: string): Promise<string> {
  const [, file = ""] = /^node (?:scripts\/run\.js|scripts\/ensure\.js && node) (bench\/\S+)$/.exec(script) ?? [];
  return file.endsWith(".ts") ? compileProgram(file) : file;
}

it("has a smallest size for every bench", () => {
  expect(Object.keys(BENCHES).sort()).toEqual(programs.map(([name]) => name.slice(PREFIX.length)).sort());
});

describe.each(programs)("%s", (name, script) => {
  const { args, prints, lacks } = BENCHES[name.slice(PREFIX.length)] ?? { args: "", prints: [] };
  it.skipIf(lacks !== undefined)(lacks ?? "ends well, and prints its figures", async () => {
    const program = await programOf(script);
    // Rejects with what it said where the process fails.
    const { stdout } = await run(process.execPath, [program, ...args.split(" ")], { cwd: root, timeout: 240_000 });
    for (const line of prints) expect(stdout).toMatch(line);
  });
});
