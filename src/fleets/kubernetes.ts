import { stringify } from "yaml";
import { at } from "../core/aligned.ts";
import { ManymodelError } from "../core/errors.ts";
import { type Fleet, FORGOTTEN } from "../ports/fleet.ts";
import { type KubernetesOptions, kubernetesJob } from "./kubernetes-job.ts";
import { askTool, runTool } from "./tool.ts";

/** The fields of a job's status that are read here (`batch/v1`). */
interface JobStatus {
  readonly active?: number;
  readonly ready?: number;
  readonly succeeded?: number;
  readonly failedIndexes?: string;
  readonly conditions?: readonly { readonly type: string; readonly status: string; readonly reason?: string }[];
}

/** Launches jobs on Kubernetes by the user's `kubectl`: each is a Job. */
export function kubernetesFleet(options: KubernetesOptions): Fleet {
  const { namespace, context } = options;
  const where = [
    ...(context === undefined ? [] : [`--context=${context}`]),
    ...(namespace === undefined ? [] : [`--namespace=${namespace}`]),
  ];
  return {
    launcher: "kubernetes",
    kinds: ["tasks", "workers"],
    dependencies: false,
    describe: (job) => stringify(kubernetesJob(job, options), { lineWidth: 0 }),
    async launch(job) {
      const manifest = JSON.stringify(kubernetesJob(job, options));
      const created = await askTool("kubectl", [...where, "create", "--filename=-", "--output=name"], manifest);
      return created.trim().replace(/^job(\.batch)?\//, "");
    },
    async status(id) {
      const answer = await runTool("kubectl", [...where, "get", "job", id, "--output=json"]);
      if (answer.code !== 0 && /not ?found/i.test(answer.stderr)) return FORGOTTEN;
      if (answer.code !== 0) throw new ManymodelError("storage", `kubectl failed: ${answer.stderr.trim()}`);
      const { spec, status } = JSON.parse(answer.stdout) as { spec: { completions: number }; status?: JobStatus };
      return jobStatus(spec.completions, status ?? {});
    },
    async cancel(id) {
      await askTool("kubectl", [...where, "delete", "job", id, "--ignore-not-found", "--wait=false"]);
    },
    async logs(_, id) {
      const selector = `--selector=batch.kubernetes.io/job-name=${id}`;
      const { code, stdout } = await runTool("kubectl", [...where, "logs", selector, "--tail=1", "--prefix"]);
      return code === 0 ? stdout.trim() : "";
    },
  };
}

/** Summarizes the status of a Job with this number of indexes. */
export function jobStatus(
  completions: number,
  { active = 0, ready, succeeded = 0, failedIndexes = "", conditions = [] }: JobStatus,
) {
  const ended = conditions.find(({ type, status }) => (type === "Complete" || type === "Failed") && status === "True");
  const failed = ended === undefined ? countIndexes(failedIndexes) : completions - succeeded;
  const running = ended === undefined ? Math.min(ready ?? active, completions - succeeded - failed) : 0;
  const reason = failed > 0 ? (ended?.reason ?? "") : "";
  return { ...FORGOTTEN, waiting: completions - succeeded - failed - running, running, succeeded, failed, reason };
}

/** Counts the indexes of a list such as `1,3-5`. */
function countIndexes(list: string): number {
  return list
    .split(",")
    .filter(Boolean)
    .reduce((sum, range) => {
      const ends = range.split("-").map(Number);
      return sum + at(ends, -1) - at(ends, 0) + 1;
    }, 0);
}
