import { at } from "../core/aligned.ts";
import type { FleetJob } from "../ports/fleet.ts";
import { shellLine } from "./shell.ts";

/** The request to Kubernetes. */
export interface KubernetesOptions {
  readonly image: string;
  /** The call of `manymodel` in the image: a program and its first arguments. */
  readonly command: readonly string[];
  readonly setup?: readonly string[];
  readonly cpus?: number;
  /** As Slurm has it: `4G` is 4 GiB. */
  readonly memory?: string;
  /** As Slurm has it: minutes, or `2:00:00`. */
  readonly time?: string;
  /** Pods that may run at the same time. */
  readonly throttle?: number;
  readonly namespace?: string;
  readonly context?: string;
  /** A volume claim, and where it is mounted. */
  readonly volume?: { readonly claim: string; readonly mountPath: string };
  /** A secret, whose keys become environment variables. */
  readonly secret?: string;
  /** A config map, which is mounted as a folder at `CONFIG_FOLDER`. */
  readonly configMap?: string;
  readonly serviceAccount?: string;
  /** The number of times a task is run again. */
  readonly retries: number;
}

/** The folder of the config map's files in a pod. */
export const CONFIG_FOLDER = "/etc/manymodel";

/** The user id of the image's processes: the user `node` of its base. */
const USER = 1000;
const CONTAINER = "manymodel";
/** The exit code of `manymodel` for wrong arguments or a wrong configuration, which another try does not mend. */
const USAGE_EXIT = 2;

/** The oldest Kubernetes that takes the manifest: the first where indexes are tried again by themselves without a gate. */
export const MIN_KUBERNETES = "1.29";

/**
 * Returns the manifest of a job (`batch/v1`). Tasks are an Indexed Job: each index is tried again by itself, and its
 * failures end no other's. Pods that the cluster takes away do not count as failures.
 */
export function kubernetesJob({ name, kind, count, args }: FleetJob, options: KubernetesOptions): object {
  const {
    image,
    command,
    setup = [],
    cpus,
    memory,
    time,
    throttle,
    volume,
    secret,
    configMap,
    serviceAccount,
  } = options;
  const labels = {
    "app.kubernetes.io/name": "manymodel",
    "manymodel/run": name.slice(0, 63).replace(/[^A-Za-z0-9]+$/, ""),
  };
  const amounts = {
    ...(cpus !== undefined && { cpu: String(cpus) }),
    ...(memory !== undefined && { memory: binary(memory) }),
  };
  const mounts = [
    ...(volume === undefined ? [] : [{ name: "stage", mountPath: volume.mountPath }]),
    ...(configMap === undefined ? [] : [{ name: "config", mountPath: CONFIG_FOLDER, readOnly: true }]),
    { name: "scratch", mountPath: "/tmp" },
  ];
  const script = [...setup, ...(kind === "tasks" ? TASK_ENVIRONMENT : []), `exec ${shellLine([...command, ...args])}`];
  const container = {
    name: CONTAINER,
    image,
    command: ["/bin/sh", "-ec", script.join("\n")],
    env: [{ name: "POD_UID", valueFrom: { fieldRef: { fieldPath: "metadata.uid" } } }],
    ...(secret !== undefined && { envFrom: [{ secretRef: { name: secret } }] }),
    resources: { requests: amounts, limits: memory === undefined ? {} : { memory: amounts.memory } },
    volumeMounts: mounts,
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    },
  };
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { generateName: `manymodel-${dnsName(name)}-`, labels },
    spec: {
      completionMode: "Indexed",
      completions: count,
      parallelism: Math.min(count, throttle ?? count),
      backoffLimitPerIndex: options.retries,
      podFailurePolicy: {
        rules: [
          { action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
          { action: "FailIndex", onExitCodes: { containerName: CONTAINER, operator: "In", values: [USAGE_EXIT] } },
        ],
      },
      ttlSecondsAfterFinished: 86_400,
      template: {
        metadata: { labels },
        spec: {
          restartPolicy: "Never",
          ...(time !== undefined && { activeDeadlineSeconds: slurmSeconds(time) }),
          ...(serviceAccount !== undefined && { serviceAccountName: serviceAccount }),
          automountServiceAccountToken: serviceAccount !== undefined,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: USER,
            runAsGroup: USER,
            fsGroup: USER,
            seccompProfile: { type: "RuntimeDefault" },
          },
          containers: [container],
          volumes: [
            ...(volume === undefined ? [] : [{ name: "stage", persistentVolumeClaim: { claimName: volume.claim } }]),
            ...(configMap === undefined ? [] : [{ name: "config", configMap: { name: configMap } }]),
            { name: "scratch", emptyDir: {} },
          ],
        },
      },
    },
  };
}

/** The index of the task, and a number that no other pod has: 31 random bits of the pod's own id. */
const TASK_ENVIRONMENT = [
  "export MANYMODEL_TASK=$JOB_COMPLETION_INDEX",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's own.
  "export MANYMODEL_ATTEMPT=$((0x${POD_UID%%-*} & 0x7fffffff))",
];

/**
 * Returns a name as part of an object's: what pods are called after it, with an index, is to stay below 64 characters.
 */
function dnsName(name: string): string {
  const plain = name.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  return plain.slice(0, 32).replace(/^-+|-+$/g, "");
}

const binary = (amount: string) => (amount.endsWith("i") ? amount : `${amount}i`);

/**
 * Returns a time as Slurm has it, in seconds: `minutes`, `minutes:seconds`, `h:m:s`, `days-hours`, `days-h:m`,
 * `days-h:m:s`.
 */
export function slurmSeconds(time: string): number {
  const days = /^(\d+)-/.exec(time);
  const parts = time
    .slice(days?.[0].length ?? 0)
    .split(":")
    .map(Number);
  const units = days !== null || parts.length === 3 ? [3600, 60, 1] : [60, 1];
  return parts.reduce((sum, part, i) => sum + part * at(units, i), Number(days?.[1] ?? 0) * 86_400);
}
