/**
 * Compares the workers of one run with as many separate processes: the wall time of training daily series of three
 * years, as the difference of two sizes of the same job, so that starting does not count. One run with so many workers
 * and so many runs with one worker each, on equal shares of the series, take turns; CPU is compared with one run of one
 * worker.
 *
 *   npm run bench:scaling -- [--workers 2,4] [--small 60] [--large 300] [--model auto-arima] [--rounds 3]
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { writeSource } from "./source-table.js";
import { median, timedCommand } from "./timed-command.js";

const text = (value) => ({ type: "string", default: value });
const { values } = parseArgs({
  options: {
    workers: text("2"),
    small: text("60"),
    large: text("300"),
    model: text("auto-arima"),
    rounds: text("3"),
  },
});
const program = fileURLToPath(new URL("../bin/manymodel.js", import.meta.url));
const folder = mkdtempSync(path.join(process.env.MANYMODEL_BENCH_DIR ?? tmpdir(), "manymodel-scaling-"));
const value = "round(100 + 20 * sin(2 * pi() * (i % 7) / 7) + 5 * sin(i // 400) + (hash(i) % 1000) / 100, 2)";

/** Writes the configuration of a run: the shell's command that trains it. */
async function command(name, partitions, workers) {
  const source = `source-${partitions}.parquet`;
  await writeSource(path.join(folder, source), { partitions, rows: 1095, value });
  writeFileSync(
    path.join(folder, `${name}.yaml`),
    `workspace: .${name}\nsource: { table: ${source}, partition_by: UNIT_ID, order_by: OBS_DATE, target: Y, period: 7 }
model: ${values.model}\ntrain: { horizon: 30, holdout: 0, workers: ${workers} }\n`,
  );
  return `'${process.execPath}' '${program}' train --config ${name}.yaml`;
}

/** Measures runs that go on at the same time, each in an empty workspace. */
function measure(commands) {
  for (let i = 0; i < commands.length; i++) rmSync(path.join(folder, `.run${i}`), { recursive: true, force: true });
  const waits = commands.map((_, i) => `wait $p${i}`).join(" && ");
  return timedCommand(["bash", "-c", `${commands.map((one, i) => `${one} & p${i}=$!`).join("\n")}\n${waits}`], folder);
}

/** Measures what the larger size takes more than the smaller one. */
async function difference(sizes, processes, workers) {
  const times = [];
  for (const size of sizes) {
    const commands = [];
    for (let i = 0; i < processes; i++) commands.push(await command(`run${i}`, size / processes, workers));
    times.push(measure(commands));
  }
  const [small, large] = times;
  return { wall: large.wall - small.wall, cpu: large.cpu - small.cpu };
}

try {
  for (const workers of values.workers.split(",").map(Number)) {
    const sizes = [Number(values.small), Number(values.large)].map((size) => Math.ceil(size / workers) * workers);
    const rounds = [];
    for (let round = 0; round < Number(values.rounds); round++) {
      const together = await difference(sizes, 1, workers);
      const apart = await difference(sizes, workers, 1);
      const alone = await difference(sizes, 1, 1);
      rounds.push({
        ofProcesses: apart.wall / together.wall,
        ofOne: alone.wall / together.wall,
        cpuOfOne: together.cpu / alone.cpu,
      });
    }
    const medianMinMax = {};
    for (const key of ["ofProcesses", "ofOne", "cpuOfOne"]) {
      const ratios = rounds.map((round) => round[key]);
      medianMinMax[key] = [median(ratios), Math.min(...ratios), Math.max(...ratios)].map((ratio) => +ratio.toFixed(2));
    }
    console.log(JSON.stringify({ workers, medianMinMax }));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
