/**
 * The cost of a partition: CPU microseconds that one more partition of the built-in mean takes to train and to score, as
 * the difference of two sizes of the same job, by the command line. With another build of the program the two take turns.
 *
 *   npm run bench:partition-cost -- [--against FOLDER] [--small 10000] [--large 100000] [--rows 60] [--rounds 1]
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
    against: { type: "string" },
    small: text("10000"),
    large: text("100000"),
    rows: text("60"),
    rounds: text("1"),
  },
});
const builds = { ours: fileURLToPath(new URL("..", import.meta.url)) };
if (values.against !== undefined) builds.against = path.resolve(values.against);
const sizes = [Number(values.small), Number(values.large)];
const folder = mkdtempSync(path.join(process.env.MANYMODEL_BENCH_DIR ?? tmpdir(), "manymodel-partition-cost-"));

/** Runs a command of a build: the CPU microseconds of its process. */
const measure = (build, config, command) =>
  1000 *
  timedCommand([process.execPath, path.join(builds[build], "bin", "manymodel.js"), command, "--config", config], folder)
    .cpu;

try {
  for (const size of sizes)
    await writeSource(path.join(folder, `source-${size}.parquet`), { partitions: size, rows: Number(values.rows) });
  const costs = Object.fromEntries(Object.keys(builds).map((build) => [build, { train: [], batch: [] }]));
  for (let round = 0; round < Number(values.rounds); round++) {
    const times = {};
    for (const size of sizes)
      for (const build of Object.keys(builds)) {
        const config = path.join(folder, `${build}.yaml`);
        rmSync(path.join(folder, `.${build}`), { recursive: true, force: true });
        writeFileSync(
          config,
          `workspace: .${build}\nsource: { table: source-${size}.parquet, partition_by: UNIT_ID, order_by: OBS_DATE, target: Y }
model: mean\ntrain: { horizon: 7, holdout: 7 }\nregister: { name: M }\n`,
        );
        const train = measure(build, config, "train");
        measure(build, config, "register");
        times[`${build} ${size}`] = { train, batch: measure(build, config, "batch") };
      }
    for (const build of Object.keys(builds))
      for (const step of ["train", "batch"]) {
        const [small, large] = sizes.map((size) => times[`${build} ${size}`][step]);
        costs[build][step].push((large - small) / (sizes[1] - sizes[0]));
      }
  }
  for (const step of ["train", "batch"]) {
    const [ours, against] = Object.keys(builds).map((build) => median(costs[build][step]));
    const ratio =
      against === undefined ? {} : { against: Math.round(against), ratio: Number((ours / against).toFixed(2)) };
    console.log(JSON.stringify({ step, partitionMicroseconds: Math.round(ours), ...ratio }));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
