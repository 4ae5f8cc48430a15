import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { connect } from "manymodel";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { localGround } from "../faults/ground.ts";
import { type Process, startProcess } from "../faults/processes.ts";
import { verifyRun } from "../faults/verify.ts";
import { binOf, copyWorkspace, prepareSite, type Reference, type Site } from "../faults/workspace.ts";
import { until as untilSo } from "../processes.ts";
import { noSlurm, type SlurmCluster, startSlurm } from "./slurm-cluster.ts";

const PARTITIONS = 120;
/** Waits until a check holds. Each check of Slurm starts a process. */
const until = (check: () => Promise<boolean>) => untilSo(check, 200);
const root = fileURLToPath(new URL("../..", import.meta.url));

describe.skipIf(noSlurm !== undefined)(`a run on Slurm${noSlurm === undefined ? "" : `: ${noSlurm}`}`, () => {
  let cluster: SlurmCluster;
  let site: Site;
  let reference: Reference;
  beforeAll(async () => {
    site = {
      root,
      folder: await mkdtemp(path.join(tmpdir(), "manymodel-test-")),
      partitions: PARTITIONS,
      ground: localGround,
    };
    [cluster, reference] = await Promise.all([startSlurm(), prepareSite(site)]);
  });
  afterAll(async () => {
    await cluster?.stop();
    await rm(site.folder, { recursive: true, force: true });
  });

  /** Returns a workspace whose stage is in a directory of its own, with this block `fleet`. */
  async function workspace(name: string, fleet: string, more = ""): Promise<string> {
    const folder = await copyWorkspace(site, name, true);
    const file = path.join(folder, "manymodel.yaml");
    const yaml = await readFile(file, "utf8");
    const shared = `stage: ${path.join(site.folder, `shared-${name}`)}\nfleet: { launcher: slurm, poll: 200ms, ${fleet} }\n`;
    await writeFile(file, yaml.replace("workers: 2", `workers: 2${more}`) + shared);
    return folder;
  }
  const start = (folder: string, ...args: string[]) => startProcess(binOf(site), folder, args);
  const done = async (process: Process) => {
    await process.ended;
    expect(process.code(), process.stderr()).toBe(0);
  };
  async function open(folder: string) {
    const mm = await connect(path.join(folder, "manymodel.yaml"));
    onTestFinished(() => mm.close());
    return mm.engine;
  }
  const verified = async (folder: string) => verifyRun((await open(folder)) as never, "r", reference);
  /** Returns the line of `squeue` for each task: `1_0 RUNNING n1 None`. */
  const tasks = () =>
    cluster
      .ask("squeue", "--noheader", "--array", "--states=all", "--format=%i %T %N %r")
      .split("\n")
      .filter((line) => line !== "");
  /** Waits until it is so, or the process has failed. */
  const reach = async (process: Process, check: () => boolean | Promise<boolean>) => {
    await until(async () => process.code() !== undefined || (await check()));
    expect(process.code() ?? 0, process.stderr()).toBe(0);
  };
  /** Tells whether a task that runs on a node has started to write. */
  const hasBegun = async (name: string, node: string) => {
    const ids = tasks().flatMap((line) => (line.includes(` RUNNING ${node} `) ? line.split(" ")[0]! : []));
    const logs = await readdir(path.join(site.folder, `shared-${name}`, "logs", "r")).catch((): string[] => []);
    return ids.some((id) => logs.includes(`slurm-${id}.log`));
  };
  /** Does not wait two minutes for the tasks of a lost node, as Slurm does. Says how many there were. */
  const hurry = () => {
    const waiting = tasks().filter((line) => / PENDING .*BeginTime/.test(line));
    for (const line of waiting) cluster.ask("scontrol", "update", `JobId=${line.split(" ")[0]}`, "StartTime=now");
    return waiting.length;
  };

  it("ends as one of the local engine's, though a node is lost in the middle of it", async () => {
    const folder = await workspace("lost", "chunks_per_task: 2, memory: 100M, time: 5");
    const train = start(folder, "train", "--fleet", "--run-id", "r", "--chunks", "16");
    await reach(train, () => hasBegun("lost", "n1"));
    await cluster.killNode("n1");
    onTestFinished(() => cluster.startNode("n1"));
    let requeued = 0;
    await until(async () => {
      requeued += hurry();
      return train.code() !== undefined;
    });
    await done(train);
    expect(requeued).toBeGreaterThan(0);
    // A task that was lost after its first chunk has that chunk done twice: one of them is an orphan.
    expect((await verified(folder)).anomalies).toEqual([]);
  });

  it("counts one attempt at each chunk, though tasks of a node that was taken for lost go on", async () => {
    await until(async () => /^n1 idle/m.test(cluster.ask("sinfo", "--noheader", "--Node", "--format=%N %T")));
    // What begins on n1 waits until the run has ended; what is begun again has been there before.
    const ended = path.join(site.folder, "ended");
    const wait = `until [ -e ${ended} ]; do sleep 0.1; done`;
    const late = `setup: ['if [ $SLURMD_NODENAME = n1 ] && [ -z "$SLURM_RESTART_COUNT" ]; then ${wait}; fi']`;
    const folder = await workspace("zombie", late);
    const train = start(folder, "train", "--fleet", "--run-id", "r", "--chunks", "4");
    await reach(train, () => hasBegun("zombie", "n1"));
    cluster.killDaemon("n1");
    onTestFinished(() => cluster.startNode("n1"));
    cluster.ask("scontrol", "update", "NodeName=n1", "State=DOWN", "Reason=lost");
    const engine = await open(folder);
    const attempts = async () =>
      (await engine.stage.list("runs/r/chunks/")).filter((name) => name.endsWith("manifest.json")).length;
    await until(async () => {
      hurry();
      return train.code() !== undefined;
    });
    await done(train);
    await writeFile(ended, "");
    await until(async () => {
      hurry();
      return (await attempts()) > 4;
    });
    const { anomalies, orphans } = await verified(folder);
    expect(anomalies).toEqual([]);
    expect(orphans).toBeGreaterThan(0);
  });

  it("continues without its submitter, and is completed by a job of its own or by resume", async () => {
    const folder = await workspace("detached", "shared_catalog: true, chunks_per_task: 2");
    const args = ["--fleet", "--detach", "--run-id", "r", "--chunks", "4"];
    await done(start(folder, "train", ...args));
    const engine = await open(folder);
    await until(async () => (await engine.catalog.run("r"))?.state === "completed");
    expect(await verified(folder)).toEqual({ anomalies: [], orphans: 0 });
    const other = await workspace("resumed", "chunks_per_task: 2");
    await done(start(other, "train", ...args));
    await done(start(other, "status", "r"));
    await done(start(other, "resume", "r"));
    expect(await verified(other)).toEqual({ anomalies: [], orphans: 0 });
  });

  it("is cancelled with its job", async () => {
    const folder = await workspace("cancelled", "setup: [sleep 100]");
    await done(start(folder, "train", "--fleet", "--detach", "--run-id", "r", "--chunks", "8"));
    await until(async () => tasks().some((line) => / RUNNING /.test(line)));
    await done(start(folder, "cancel", "r"));
    await done(start(folder, "index", "r"));
    await until(async () => !tasks().some((line) => / (RUNNING|PENDING|COMPLETING) /.test(line)));
    const { index } = (await (await open(folder)).catalog.run("r"))!;
    expect(index).toMatchObject({ succeeded: 0, failed: 0, skipped: PARTITIONS });
  });

  it("trains the chunk of a task again that somebody cancelled", async () => {
    const folder = await workspace("one-cancelled", "setup: [sleep 2]");
    const train = start(folder, "train", "--fleet", "--run-id", "r", "--chunks", "6");
    const running = () => tasks().find((line) => / RUNNING /.test(line));
    await reach(train, () => running() !== undefined);
    cluster.ask("scancel", running()!.split(" ")[0]!);
    await done(train);
    expect(await verified(folder)).toMatchObject({ anomalies: [] });
    expect((await (await open(folder)).queue.chunks("r")).map(({ attempt }) => attempt)).toContain(2);
  });

  it("names a job that somebody cancelled as a whole", async () => {
    const folder = await workspace("all-cancelled", "setup: [sleep 100]");
    const train = start(folder, "train", "--fleet", "--run-id", "r", "--chunks", "6");
    await reach(train, () => tasks().some((line) => / RUNNING /.test(line)));
    cluster.ask(
      "scancel",
      tasks()
        .find((line) => / RUNNING /.test(line))!
        .split("_")[0]!,
    );
    await train.ended;
    expect(train.code()).not.toBe(0);
    expect(train.stderr()).toMatch(/job \d+ of run r was cancelled; manymodel resume r/);
  });

  it("quotes the log of a task that ends without a result, and tries the task again", async () => {
    const folder = await workspace(
      "failing",
      "setup: [echo no such module, exit 3], shared_catalog: true",
      ", max_attempts: 2",
    );
    const train = start(folder, "train", "--fleet", "--run-id", "r", "--chunks", "1");
    await train.ended;
    expect(train.code()).toBe(1);
    const engine = await open(folder);
    const [chunk] = await engine.queue.chunks("r");
    expect(chunk).toMatchObject({ state: "failed", attempt: 2 });
    expect(chunk!.error).toMatch(
      /its task of job \d+ ended without a result \(FAILED\); slurm-\d+_0\.log: no such module/,
    );
    expect((await engine.catalog.run("r"))!.index).toMatchObject({ failed: PARTITIONS });
  });

  it("in queue mode has workers that are fed from here", async () => {
    const folder = await workspace("queue", "shared_catalog: true, workers: 2");
    await done(start(folder, "train", "--fleet", "--mode", "queue", "--run-id", "r", "--chunks", "12"));
    expect(await verified(folder)).toEqual({ anomalies: [], orphans: 0 });
  });
});
