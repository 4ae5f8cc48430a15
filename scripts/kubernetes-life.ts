/**
 * Acts the life of a Job on a real Kubernetes API: etcd, kube-apiserver and kube-controller-manager on the PATH
 * (`node scripts/build-kubernetes.js FOLDER` builds them), pods as processes of this machine.
 *
 *   npm run test:kubernetes
 *
 * Each scene prints a line. What is wrong is printed below it, and the script fails.
 */
import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { kubernetesGround } from "../test/faults/ground.ts";
import { startProcess } from "../test/faults/processes.ts";
import { verifyRun } from "../test/faults/verify.ts";
import { binOf, copyWorkspace, prepareSite, type Site } from "../test/faults/workspace.ts";
import { noKubernetes, startKubernetes } from "../test/fleets/kubernetes-cluster.ts";

if (noKubernetes !== undefined) {
  console.log(`skipped: ${noKubernetes}`);
  process.exit(0);
}

const root = process.cwd();
const ground = kubernetesGround(root);
const site: Site = { root, folder: await mkdtemp(path.join(tmpdir(), "manymodel-life-")), partitions: 40, ground };
const reference = await prepareSite(site);
const cluster = await startKubernetes();
console.log(`Kubernetes ${JSON.parse(cluster.ask("get", "--raw=/version")).gitVersion}`);

interface Job {
  readonly metadata: { readonly name: string };
  readonly status: { readonly succeeded?: number; readonly failed?: number; readonly failedIndexes?: string };
}
const jobs = () => (JSON.parse(cluster.ask("get", "jobs", "--output=json")) as { items: Job[] }).items;
const start = (folder: string, ...args: string[]) => startProcess(binOf(site), folder, args);
const train = (folder: string) => start(folder, "train", "--fleet", "--run-id", "r", "--chunks", "8");
const done = async (process: ReturnType<typeof start>) => {
  await process.ended;
  return process.code() === 0 ? [] : [`${process.args.join(" ")} ended with ${process.code()}: ${process.stderr()}`];
};
const until = async (subject: string, check: () => boolean | Promise<boolean>) => {
  for (let looks = 0; !(await check()); looks++) {
    if (looks > 1200) throw new Error(`${subject} does not come`);
    await wait(100);
  }
};
const expectEqual = (subject: string, value: unknown, expected: unknown) =>
  JSON.stringify(value) === JSON.stringify(expected)
    ? []
    : [`${subject} is ${JSON.stringify(value)}, expected ${JSON.stringify(expected)}`];
const verified = async (folder: string) => {
  const engine = await ground.open(folder);
  try {
    return (await verifyRun(engine, "r", reference)).anomalies;
  } finally {
    await engine.close();
  }
};

/** Each scene has a workspace of its own, and says what is wrong. */
const SCENES: Record<string, (folder: string) => Promise<readonly string[]>> = {
  async "is checked by the server without being started"(folder) {
    const args = [binOf(site), "train", "--fleet", "--dry-run", "--chunks", "8"];
    const { stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
    const create = ["create", "--dry-run=server", "--validate=strict", "--filename=-"];
    const { status, stderr } = spawnSync("kubectl", create, { input: stdout, encoding: "utf8" });
    return [...expectEqual("kubectl's exit code", status, 0), ...expectEqual("stderr", stderr, "")];
  },
  async completes(folder) {
    const output = await done(train(folder));
    const [job, ...others] = jobs();
    return [
      ...output,
      ...(await verified(folder)),
      ...expectEqual("further jobs", others.length, 0),
      ...expectEqual("status.succeeded", job?.status.succeeded, 4),
    ];
  },
  async "has an index whose pod is killed tried again"(folder) {
    const process = train(folder);
    await until("index 1", () => cluster.running().some(({ index }) => index === 1));
    const [job] = jobs();
    cluster
      .running()
      .find(({ index }) => index === 1)
      ?.kill();
    const output = await done(process);
    const name = job?.metadata.name ?? "";
    return [
      ...output,
      ...(await verified(folder)),
      ...expectEqual(
        "pods of each index",
        [0, 1, 2, 3].map((i) => cluster.started(name, i)),
        [1, 2, 1, 1],
      ),
      ...expectEqual("status.failed", jobs()[0]?.status.failed, 1),
    ];
  },
  async "does not count a pod that the cluster takes away"(folder) {
    const process = train(folder);
    await until("index 2", () => cluster.running().some(({ index }) => index === 2));
    const pod = cluster.running().find(({ index }) => index === 2);
    if (pod !== undefined) await cluster.disrupt(pod.name);
    const output = await done(process);
    const [job] = jobs();
    return [
      ...output,
      ...(await verified(folder)),
      ...expectEqual("pods of index 2", cluster.started(job?.metadata.name ?? "", 2), 2),
      ...expectEqual("status.failed", job?.status.failed ?? 0, 0),
    ];
  },
  async "has an index that cannot succeed handed over again in another job"(folder) {
    let refused: string | undefined;
    cluster.admit = ({ job, index }) => {
      refused ??= job;
      return job === refused && index === 0 ? "echo 'manymodel: no such configuration' >&2; exit 2" : undefined;
    };
    const output = await done(train(folder));
    cluster.admit = () => undefined;
    const first = jobs().find(({ metadata }) => metadata.name === refused);
    return [
      ...output,
      ...(await verified(folder)),
      ...expectEqual("failed indexes", first?.status.failedIndexes, "0"),
      ...expectEqual("pods of index 0", cluster.started(refused ?? "", 0), 1),
      ...expectEqual("jobs", jobs().length, 2),
    ];
  },
  async "goes on while its launcher is killed, and is completed by resume"(folder) {
    const process = train(folder);
    await until("a pod", () => cluster.running().length > 0);
    await process.kill();
    const output = await done(start(folder, "resume", "r"));
    return [...output, ...(await verified(folder)), ...expectEqual("jobs", jobs().length, 1)];
  },
  async "is handed over again when somebody deletes it"(folder) {
    const process = train(folder);
    await until("a pod", () => cluster.running().length > 0);
    cluster.ask("delete", "job", jobs()[0]?.metadata.name ?? "");
    return [...(await done(process)), ...(await verified(folder))];
  },
  async "is deleted with its pods by cancel"(folder) {
    cluster.admit = () => "sleep 100";
    const process = train(folder);
    await until("four pods", () => cluster.running().length === 4);
    const output = await done(start(folder, "cancel", "r"));
    await process.ended;
    await until("the end of all pods", () => cluster.running().length === 0);
    await until("the end of the job", () => jobs().length === 0);
    cluster.admit = () => undefined;
    return output;
  },
};

let isWrong = false;
for (const [name, act] of Object.entries(SCENES)) {
  const began = performance.now();
  const folder = await copyWorkspace(site, name.replaceAll(/\W+/g, "-"), true);
  const wrong = await act(folder).catch((error) => [String(error)]);
  console.log(
    `${wrong.length === 0 ? "ok    " : "FAILED"} a Job ${name} (${((performance.now() - began) / 1000).toFixed(0)} s)`,
  );
  for (const line of wrong) console.log(`  ${line}`);
  isWrong ||= wrong.length > 0;
  cluster.ask("delete", "jobs", "--all");
  await until("the end of all pods", () => cluster.ask("get", "pods", "--output=name") === "");
}
await cluster.stop();
if (!isWrong) await rm(site.folder, { recursive: true, force: true });
process.exit(isWrong ? 1 : 0);
