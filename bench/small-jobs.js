/**
 * The cost of small jobs: CPU milliseconds and wall time of whole commands, the medians of several rounds. With another
 * build of the program its commands take turns with this one's, and the ratios are printed.
 *
 *   npm run bench:small-jobs -- [--against FOLDER] [--rounds 5]
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { median, timedCommand } from "./timed-command.js";

const { values } = parseArgs({ options: { against: { type: "string" }, rounds: { type: "string", default: "5" } } });
const builds = { ours: fileURLToPath(new URL("..", import.meta.url)) };
if (values.against !== undefined) builds.against = path.resolve(values.against);

const folder = mkdtempSync(path.join(tmpdir(), "manymodel-small-jobs-"));
const rows = ["unit_id,day,y"];
for (let unit = 0; unit < 10; unit++)
  for (let day = 0; day < 365; day++) {
    const date = new Date(Date.UTC(2024, 0, 1) + day * 86_400_000).toISOString().slice(0, 10);
    rows.push(
      `U${unit},${date},${(100 + 10 * Math.sin((2 * Math.PI * day) / 7) + ((day * 7919 + unit) % 13)).toFixed(2)}`,
    );
  }
writeFileSync(path.join(folder, "sales.csv"), `${rows.join("\n")}\n`);
for (const build of Object.keys(builds))
  writeFileSync(
    path.join(folder, `${build}.yaml`),
    [
      `workspace: .${build}`,
      "source: { table: sales.csv, partition_by: unit_id, order_by: day, target: y, period: 7 }",
      "model: snaive",
      "train: { horizon: 30, holdout: 30 }",
      "register: { name: M }",
      "",
    ].join("\n"),
  );

/** Runs a command of a build: its CPU and wall milliseconds. */
const measure = (build, args) =>
  timedCommand([process.execPath, path.join(builds[build], "bin", "manymodel.js"), ...args], folder);

const JOBS = {
  "--help": (build) => measure(build, ["--help"]),
  status: (build) => measure(build, ["status", "--config", `${build}.yaml`]),
  "ten snaive series: train, register, batch": (build) => {
    rmSync(path.join(folder, `.${build}`), { recursive: true, force: true });
    return ["train", "register", "batch"]
      .map((command) => measure(build, [command, "--config", `${build}.yaml`]))
      .reduce((sum, { cpu, wall }) => ({ cpu: sum.cpu + cpu, wall: sum.wall + wall }));
  },
};

try {
  // The last job makes the workspaces that `status` looks at.
  for (const build of Object.keys(builds)) JOBS["ten snaive series: train, register, batch"](build);
  for (const [job, run] of Object.entries(JOBS)) {
    const times = Object.fromEntries(Object.keys(builds).map((build) => [build, []]));
    for (let round = 0; round < Number(values.rounds); round++)
      for (const build of Object.keys(builds)) times[build].push(run(build));
    const line = { job };
    for (const of of ["cpu", "wall"]) {
      const [ours, against] = Object.keys(builds).map((build) => median(times[build].map((one) => one[of])));
      line[`${of}Ms`] = Math.round(ours);
      if (against !== undefined) line[`${of}Ratio`] = Number((ours / against).toFixed(2));
    }
    console.log(JSON.stringify(line));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
