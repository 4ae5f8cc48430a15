import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { existsSync, openSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { freePorts } from "./free-ports.ts";

const PROGRAMS = ["etcd", "kube-apiserver", "kube-controller-manager", "kubectl"];

/** The reason why there can be no Kubernetes here; undefined if there can. */
export const noKubernetes: string | undefined = (() => {
  const folders = (process.env.PATH ?? "").split(path.delimiter);
  const missing = PROGRAMS.filter((name) => !folders.some((folder) => existsSync(path.join(folder, name))));
  if (missing.length === 0) return undefined;
  return `${missing.join(", ")} not on the PATH (node scripts/build-kubernetes.js FOLDER; kubectl: apt-get install kubernetes-client)`;
})();

/** A pod that runs, as a process of this machine. */
export interface RunningPod {
  readonly name: string;
  readonly job: string;
  readonly index: number;
  /** Kills its process, as a kernel does that has no memory left. */
  kill(): void;
}

/** The decision about a pod before its process starts: a script in place of its own, or undefined. */
export type Admit = (pod: { readonly job: string; readonly index: number }) => string | undefined;

/**
 * A Kubernetes of this machine's own: etcd, an API server, and the controllers of Jobs, of their time to live and of
 * garbage. A stand-in for scheduler and kubelet runs each pod's command as a process, without an image.
 */
export interface KubernetesCluster {
  /** The configuration of `kubectl`, which this process's environment names. */
  readonly kubeconfig: string;
  /** Runs `kubectl` and returns what it prints. */
  ask(...args: string[]): string;
  running(): readonly RunningPod[];
  /** Returns the number of processes that were started for an index of a Job. */
  started(job: string, index: number): number;
  /** Takes a pod away as a node that is drained does: not counted as a failure. */
  disrupt(name: string): Promise<void>;
  admit: Admit;
  stop(): Promise<void>;
}

interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
  };
  readonly spec: {
    readonly containers: readonly {
      readonly name: string;
      readonly command: readonly string[];
      readonly env?: readonly { readonly name: string; readonly value?: string }[];
    }[];
  };
  readonly status: { readonly phase: string };
}

const NAMESPACE = "fleet";
const INDEX = "batch.kubernetes.io/job-completion-index";
const LOOK_MS = 100;

/** Starts a cluster with a namespace `fleet`, and has this process's `kubectl` find it (`KUBECONFIG`). */
export async function startKubernetes(): Promise<KubernetesCluster> {
  const folder = await mkdtemp(path.join(tmpdir(), "manymodel-kubernetes-"));
  const at = (name: string) => path.join(folder, name);
  const [etcdPort, peerPort, apiPort, proxyPort] = await freePorts(4);
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  await writeFile(at("sa.key"), privateKey.export({ type: "pkcs1", format: "pem" }), { mode: 0o600 });
  await writeFile(at("tokens.csv"), 'secret,admin,admin,"system:masters"\n', { mode: 0o600 });
  const kubeconfig = at("kubeconfig");
  await writeFile(
    kubeconfig,
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      "current-context": "own",
      users: [{ name: "admin", user: { token: "secret" } }],
      clusters: [
        { name: "own", cluster: { server: `https://127.0.0.1:${apiPort}`, "insecure-skip-tls-verify": true } },
      ],
      contexts: [{ name: "own", context: { cluster: "own", user: "admin", namespace: NAMESPACE } }],
    }),
    { mode: 0o600 },
  );
  process.env.KUBECONFIG = kubeconfig;
  const daemons: ChildProcess[] = [];
  const daemon = (program: string, ...args: string[]) => {
    const log = openSync(at(`${program}.log`), "a");
    daemons.push(spawn(program, args, { cwd: folder, stdio: ["ignore", log, log] }));
  };
  const ask = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync("kubectl", args, { encoding: "utf8" });
    if (status !== 0) throw new Error(`kubectl ${args.join(" ")}: ${stderr}`);
    return stdout;
  };
  const until = async (program: string, check: () => Promise<boolean> | boolean) => {
    for (let looks = 0; !(await check()); looks++) {
      if (looks > 1200) throw new Error(`${program}: ${(await readFile(at(`${program}.log`), "utf8")).slice(-2000)}`);
      await wait(LOOK_MS);
    }
  };

  const [client, peer] = [etcdPort, peerPort].map((port) => `http://127.0.0.1:${port}`);
  daemon(
    ...(["etcd", `--data-dir=${at("etcd")}`, `--listen-client-urls=${client}`, "--unsafe-no-fsync"] as const),
    ...[`--advertise-client-urls=${client}`, `--listen-peer-urls=${peer}`],
    ...[`--initial-advertise-peer-urls=${peer}`, `--initial-cluster=default=${peer}`],
  );
  daemon(
    ...(["kube-apiserver", `--etcd-servers=${client}`, `--secure-port=${apiPort}`] as const),
    ...["--bind-address=127.0.0.1", `--cert-dir=${at("certificates")}`, `--token-auth-file=${at("tokens.csv")}`],
    ...["--service-account-issuer=https://kubernetes.default.svc", `--service-account-key-file=${at("sa.key")}`],
    ...[`--service-account-signing-key-file=${at("sa.key")}`, "--service-cluster-ip-range=10.0.0.0/24"],
    // The controller that makes the accounts does not run.
    ...["--authorization-mode=AlwaysAllow", "--disable-admission-plugins=ServiceAccount"],
  );
  await until("kube-apiserver", () => spawnSync("kubectl", ["get", "--raw=/readyz"]).status === 0);
  daemon(
    ...(["kube-controller-manager", `--kubeconfig=${kubeconfig}`, "--leader-elect=false", "--secure-port=0"] as const),
    "--controllers=job-controller,ttl-after-finished-controller,garbage-collector-controller",
  );
  ask("create", "namespace", NAMESPACE);
  daemon("kubectl", "proxy", `--port=${proxyPort}`);

  const request = async (method: string, place: string, body?: object): Promise<unknown> => {
    const type = method === "PATCH" ? "application/strategic-merge-patch+json" : "application/json";
    const answer = await fetch(`http://127.0.0.1:${proxyPort}/api/v1${place}`, {
      method,
      headers: { "content-type": type },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!answer.ok && answer.status !== 404 && answer.status !== 409) throw new Error(await answer.text());
    return answer.json();
  };
  const pods = `/namespaces/${NAMESPACE}/pods`;
  await until("kubectl", () =>
    request("GET", pods).then(
      () => true,
      () => false,
    ),
  );
  await request("POST", "/nodes", { apiVersion: "v1", kind: "Node", metadata: { name: "n1" } });

  const processes = new Map<string, RunningPod>();
  const names = new Set<string>();
  const started = new Map<string, number>();
  const setStatus = (name: string, status: object) => request("PATCH", `${pods}/${name}/status`, { status });
  let admit: Admit = () => undefined;

  /** Runs a pod's command to its end, and says in its status how it ended. */
  async function runPod({ metadata, spec }: Pod): Promise<void> {
    const { name, uid, labels, annotations = {} } = metadata;
    const container = spec.containers[0];
    if (container === undefined) throw new Error(`pod ${name} has no container`);
    const [job, index] = [String(labels["batch.kubernetes.io/job-name"]), Number(annotations[INDEX])];
    started.set(`${job} ${index}`, (started.get(`${job} ${index}`) ?? 0) + 1);
    const binding = { apiVersion: "v1", kind: "Binding", metadata: { name }, target: { kind: "Node", name: "n1" } };
    await request("POST", `${pods}/${name}/binding`, binding);
    await setStatus(name, { phase: "Running", conditions: [{ type: "Ready", status: "True" }] });
    const [program = "", ...args] = container.command;
    const script = admit({ job, index });
    const values = Object.fromEntries((container.env ?? []).map(({ name, value = "" }) => [name, value]));
    const child = spawn(program, script === undefined ? args : ["-ec", script], {
      detached: true,
      cwd: folder,
      env: { PATH: process.env.PATH, ...values, POD_UID: uid, JOB_COMPLETION_INDEX: String(index) },
      stdio: ["ignore", "ignore", openSync(at(`${name}.log`), "a")],
    });
    const kill = () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
      } catch {
        // It has ended.
      }
    };
    processes.set(name, { name, job, index, kill });
    const exitCode = await new Promise<number>((resolve) => child.once("close", (code) => resolve(code ?? 137)));
    processes.delete(name);
    const state = { terminated: { exitCode, reason: exitCode === 0 ? "Completed" : "Error" } };
    const containerStatuses = [{ name: container.name, image: "i", imageID: "", ready: false, restartCount: 0, state }];
    await setStatus(name, {
      phase: exitCode === 0 ? "Succeeded" : "Failed",
      conditions: [{ type: "Ready", status: "False" }],
      containerStatuses,
    });
  }

  let stopped = false;
  const failures: unknown[] = [];
  const look = async () => {
    const { items } = (await request("GET", pods)) as { items: readonly Pod[] };
    for (const pod of items) {
      const { name, deletionTimestamp } = pod.metadata;
      if (deletionTimestamp !== undefined) {
        processes.get(name)?.kill();
        await request("DELETE", `${pods}/${name}?gracePeriodSeconds=0`);
      } else if (pod.status.phase === "Pending" && !names.has(name)) {
        names.add(name);
        void runPod(pod).catch((error) => failures.push(error));
      }
    }
  };
  const kubelet = (async () => {
    while (!stopped) {
      await look().catch((error) => failures.push(error));
      await wait(LOOK_MS);
    }
  })();

  return {
    kubeconfig,
    ask,
    running: () => [...processes.values()],
    started: (job, index) => started.get(`${job} ${index}`) ?? 0,
    async disrupt(name) {
      const condition = { type: "DisruptionTarget", status: "True", reason: "EvictionByEvictionAPI" };
      await setStatus(name, { conditions: [condition] });
      processes.get(name)?.kill();
    },
    get admit() {
      return admit;
    },
    set admit(decide) {
      admit = decide;
    },
    async stop() {
      stopped = true;
      await kubelet;
      for (const pod of processes.values()) pod.kill();
      for (const child of daemons) child.kill("SIGKILL");
      delete process.env.KUBECONFIG;
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
      if (failures.length > 0) throw new AggregateError(failures, `the stand-in for a kubelet: ${failures[0]}`);
    },
  };
}
