import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import path from "node:path";
import { freePorts } from "./free-ports.ts";

const PROGRAMS = ["munged", "slurmctld", "slurmd", "sbatch", "squeue", "scancel", "scontrol"];
const SYSTEM_PATH = `${process.env.PATH}:/usr/sbin:/sbin`;

/** The reason why there can be no Slurm here; undefined if there can. */
export const noSlurm: string | undefined = (() => {
  const missing = PROGRAMS.filter(
    (name) => !SYSTEM_PATH.split(":").some((folder) => existsSync(path.join(folder, name))),
  );
  if (missing.length > 0) return `${missing.join(", ")} not installed (apt-get install slurm-wlm munge)`;
  return process.getuid?.() === 0 ? undefined : "two slurmd on one machine need root";
})();

/** A Slurm of this machine's own: a controller and two nodes, `n1` and `n2`, in a temporary folder. */
export interface SlurmCluster {
  /** Kills a node's daemon and whatever it runs, as a machine that loses power. */
  killNode(name: string): Promise<void>;
  /** Kills a node's daemon only: what it has started goes on, unknown to the controller. */
  killDaemon(name: string): void;
  startNode(name: string): void;
  /** Runs one of Slurm's commands. */
  ask(program: string, ...args: string[]): string;
  stop(): Promise<void>;
}

/**
 * Starts a cluster, and has this process's `sbatch` and its like find it (`SLURM_CONF`). A lost node is noticed after
 * ten seconds, as `SlurmdTimeout` says.
 */
export async function startSlurm(): Promise<SlurmCluster> {
  // Munge wants every folder above its socket to be nobody else's to write: the temporary folder is sticky, which does.
  const folder = await mkdtemp(path.join(tmpdir(), "manymodel-slurm-"));
  await chmod(folder, 0o755);
  for (const name of ["munge", "state", "n1", "n2"]) await mkdir(path.join(folder, name), { mode: 0o755 });
  const [controller, first, second] = await freePorts(3);
  const key = path.join(folder, "munge.key");
  await writeFile(key, Buffer.alloc(128, 7), { mode: 0o600 });
  const socket = path.join(folder, "munge", "socket");
  const host = hostname().split(".")[0]!;
  const conf = path.join(folder, "slurm.conf");
  await writeFile(
    conf,
    `ClusterName=manymodel
SlurmctldHost=${host}(127.0.0.1)
SlurmctldPort=${controller}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=${socket}
CryptoType=crypto/munge
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0,sched_interval=1,bf_interval=1,sched_min_interval=0
SlurmdTimeout=10
SlurmctldTimeout=10
KillWait=2
MinJobAge=300
MaxArraySize=10001
MaxJobCount=20000
ReturnToService=2
StateSaveLocation=${folder}/state
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmctldLogFile=${folder}/slurmctld.log
SlurmdPidFile=${folder}/slurmd-%n.pid
SlurmdLogFile=${folder}/slurmd-%n.log
SlurmdSpoolDir=${folder}/%n
${[first, second].map((port, i) => `NodeName=n${i + 1} NodeHostname=${host} NodeAddr=127.0.0.1 Port=${port} CPUs=2 RealMemory=1000 State=UNKNOWN`).join("\n")}
PartitionName=main Nodes=n1,n2 Default=YES MaxTime=INFINITE State=UP OverSubscribe=NO
`,
  );
  const env = { ...process.env, PATH: SYSTEM_PATH, SLURM_CONF: conf };
  process.env.SLURM_CONF = conf;
  const daemons = new Map<string, ChildProcess>();
  const daemon = (name: string, program: string, ...args: string[]) => {
    const child = spawn(program, args, { env, stdio: "ignore" });
    daemons.set(name, child);
  };
  const ask = (program: string, ...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(program, args, { env, encoding: "utf8" });
    if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${stderr}`);
    return stdout;
  };
  daemon(
    ...(["munge", "munged", "--foreground", "--force", `--key-file=${key}`, `--socket=${socket}`] as const),
    ...[`--pid-file=${folder}/munged.pid`, `--log-file=${folder}/munged.log`, `--seed-file=${folder}/munged.seed`],
  );
  await until(() => existsSync(socket));
  daemon("controller", "slurmctld", "-D", "-c", "-f", conf);
  const startNode = (name: string) => daemon(name, "slurmd", "-D", "-N", name, "-f", conf);
  startNode("n1");
  startNode("n2");
  await until(
    () => {
      const { stdout } = spawnSync("sinfo", ["--noheader", "--Node", "--format=%T"], { env, encoding: "utf8" });
      return stdout.trim() === "idle\nidle";
    },
    () => readFile(path.join(folder, "slurmctld.log"), "utf8"),
  );
  const killNode = async (name: string) => {
    // First the daemon, so that nobody tells the controller what became of the rest.
    for (const pid of [daemons.get(name)!.pid!, ...(await stepsOf(path.join(folder, `slurmd-${name}.log`)))])
      killTree(pid);
  };
  return {
    startNode,
    killDaemon(name) {
      process.kill(daemons.get(name)!.pid!, "SIGKILL");
    },
    ask,
    killNode,
    async stop() {
      spawnSync("scancel", ["--user=root"], { env });
      for (const name of ["n1", "n2"]) await killNode(name);
      for (const child of daemons.values()) child.kill("SIGKILL");
      delete process.env.SLURM_CONF;
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** Returns the step daemons that a node's daemon started, by their shared log. */
async function stepsOf(log: string): Promise<number[]> {
  const processes: number[] = [];
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const line = await readFile(`/proc/${pid}/cmdline`, "latin1").catch(() => "");
    if (!line.startsWith("slurmstepd")) continue;
    const open = await readdir(`/proc/${pid}/fd`).catch((): string[] => []);
    const files = await Promise.all(open.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => "")));
    if (files.includes(log)) processes.push(Number(pid));
  }
  return processes;
}

/** Kills a process and all that it started, at once. */
function killTree(pid: number): void {
  let children = "";
  try {
    children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
  } catch {
    // It has ended.
  }
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended.
  }
  for (const child of children.split(" ").filter(Boolean)) killTree(Number(child));
}

/** Asks again and again until it is so; after half a minute says what `why` does. */
async function until(check: () => boolean, why: () => Promise<string> = async () => ""): Promise<void> {
  for (let looks = 0; !check(); looks++) {
    if (looks > 300) throw new Error(`Slurm does not start: ${(await why()).slice(-2000)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
