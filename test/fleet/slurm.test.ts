import { spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { connect } from "manymodel";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { verifyRun } from "../faults/verify.ts";
import { prepareSite } from "../faults/workspace.ts";
import { BIN } from "../processes.ts";
import { temporaryFolder } from "../workspace.ts";
import { noSlurm, type SlurmCluster, startSlurm } from "./slurm-cluster.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const PARTITIONS = 120;

describe.skipIf(noSlurm !== undefined)(`a run on Slurm${noSlurm === undefined ? "" : `: ${noSlurm}`}`, () => {
  let cluster: SlurmCluster;
  beforeAll(async () => {
    cluster = await startSlurm();
  });
  afterAll(() => cluster?.stop());

  it("ends as one of the local engine's", async () => {
    const folder = await temporaryFolder();
    const reference = await prepareSite({ root, folder, partitions: PARTITIONS });
    const host = path.join(folder, "template");
    await writeFile(
      path.join(host, "manymodel.yaml"),
      `stage: ${folder}/shared
source: { table: SALES, partition_by: UNIT_ID, order_by: [UNIT_ID, OBS_DATE] }
model: { name: ${JSON.stringify(path.join(root, "test/fixtures/bodies/seeded.ts"))}, options: { exit: U00111 } }
fleet: { launcher: slurm, poll: 200ms, chunks_per_task: 2, throttle: 3, memory: 100M, time: "5" }
`,
    );
    const t = Date.now();
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [BIN, "train", "--fleet", "--chunks", "8", "--run-id", "r"],
      { cwd: host, encoding: "utf8" },
    );
    console.log(Date.now() - t, stdout, stderr);
    expect(status).toBe(0);
    const mm = await connect(path.join(host, "manymodel.yaml"));
    onTestFinished(() => mm.close());
    expect(await verifyRun(mm.engine as never, "r", reference)).toEqual({ anomalies: [], orphans: 0 });
    console.log(cluster.ask("squeue", "--states=all", "--array"));
  });
});
