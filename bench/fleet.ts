/**
 * Measures the cost of a fleet: a stage in S3 (the tests' own server, in this process) beside one in a directory,
 * handing N tasks to Slurm, and a task beside a chunk of the local engine. The parts on Slurm need it.
 *
 *   npm run bench:fleet -- [tasks]      1,000 when left out
 */
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { directoryStage } from "../src/stages/directory.ts";
import { s3Stage } from "../src/stages/s3.ts";
import { noSlurm, startSlurm } from "../test/fleets/slurm-cluster.ts";
import { CREDENTIALS, startS3 } from "../test/stages/s3-server.ts";

const tasks = Number(process.argv[2] ?? 1000);
const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
const timed = async (work: () => Promise<unknown>) => {
  const began = performance.now();
  await work();
  return performance.now() - began;
};
const folder = await mkdtemp(path.join(tmpdir(), "manymodel-bench-"));

Object.assign(process.env, CREDENTIALS);
const server = await startS3();
const s3 = s3Stage({ url: "s3://bucket/stage", endpoint: server.endpoint, forcePathStyle: true });
const large = randomBytes(8_000_000);
const small = large.subarray(0, 1000);
for (const [name, stage] of [
  ["directory", directoryStage(path.join(folder, "stage"))],
  ["S3 on loopback", s3],
] as const) {
  await stage.put("warm-up", small);
  const times = async (n: number, work: (i: number) => Promise<unknown>) => {
    const all: number[] = [];
    for (let i = 0; i < n; i++) all.push(await timed(() => work(i)));
    return median(all);
  };
  const put = await times(7, (i) => stage.put(`large-${i}`, large));
  const get = await times(7, (i) => stage.get(`large-${i}`));
  const putSmall = await times(100, (i) => stage.put(`small-${i}`, small));
  const getSmall = await times(100, (i) => stage.get(`small-${i}`));
  const rate = (ms: number) => `${(8000 / ms).toFixed(0)} MB/s`;
  console.log(
    `${name}: put 8 MB ${rate(put)}, get ${rate(get)}; put 1 kB ${putSmall.toFixed(2)} ms, get ${getSmall.toFixed(2)} ms (medians)`,
  );
}
await server.close();

const bin = path.resolve("bin", "manymodel.js");
const home = path.join(folder, "home");
spawnSync("mkdir", ["-p", home]);
const rows = ["UNIT_ID,OBS_DATE,Y"];
for (let unit = 0; unit < 2 * tasks; unit++)
  for (let day = 1; day < 5; day++) rows.push(`U${unit},2024-01-0${day},${unit}`);
await writeFile(path.join(home, "sales.csv"), rows.join("\n"));
await writeFile(
  path.join(home, "manymodel.yaml"),
  "stage: ./shared\nsource: { table: sales.csv, partition_by: UNIT_ID, order_by: OBS_DATE, target: Y }\nmodel: mean\nfleet: { launcher: slurm }\ntrain: { workers: 1, holdout: 0 }\n",
);
/** Measures the CPU and wall seconds of a shell command. */
const cost = (command: string, env: object = {}) => {
  const script = `TIMEFORMAT='%U %S %R'; time { ${command} >/dev/null 2>"$PWD/said"; } || { cat said >&2; exit 1; }`;
  const { stderr, status } = spawnSync("bash", ["-c", script], {
    cwd: home,
    encoding: "utf8",
    env: { ...process.env, ...env },
  });
  if (status !== 0) throw new Error(stderr);
  const [user, system, wall] = stderr.trim().split(" ").map(Number);
  return { cpu: user! + system!, wall: wall! };
};
const say = (label: string, { cpu, wall }: { cpu: number; wall: number }) =>
  console.log(`${label}: ${cpu.toFixed(2)} s of CPU, ${wall.toFixed(2)} s`);

if (noSlurm !== undefined) console.log(`Slurm: ${noSlurm}`);
else {
  const cluster = await startSlurm();
  const array = ["--parsable", "--hold", "--output=/dev/null", `--array=0-${tasks - 1}`, "--wrap=true"];
  const submitted: number[] = [];
  for (let i = 0; i < 5; i++) submitted.push(await timed(async () => cluster.ask("sbatch", ...array)));
  console.log(`sbatch of an array of ${tasks}: ${median(submitted).toFixed(0)} ms (median of 5)`);
  say(
    `train --fleet --detach, ${2 * tasks} partitions in ${tasks} tasks`,
    cost(`node ${bin} train --fleet --detach --run-id s --chunks ${tasks}`),
  );
  cluster.ask("scancel", "--user=root");
  await cluster.stop();
}

const [launch] = spawnSync("ls", [path.join(home, "shared", "runs", "s", "launches")], {
  encoding: "utf8",
}).stdout.split(".");
if (launch) {
  const task = (i: number) =>
    cost(`node ${bin} task s --launch ${launch}`, { MANYMODEL_TASK: String(i), MANYMODEL_ATTEMPT: String(100 + i) });
  const runs = Array.from({ length: Math.min(5, tasks) }, (_, i) => task(i));
  say(`a task of one chunk of 2 partitions (medians of ${runs.length})`, {
    cpu: median(runs.map(({ cpu }) => cpu)),
    wall: median(runs.map(({ wall }) => wall)),
  });
}
const further = Math.min(200, tasks - 1);
const [few, many] = [1, 1 + further].map((chunks) => cost(`node ${bin} train --run-id l${chunks} --chunks ${chunks}`));
say("the local engine, for each further chunk", {
  cpu: (many!.cpu - few!.cpu) / further,
  wall: (many!.wall - few!.wall) / further,
});
await rm(folder, { recursive: true, force: true });
