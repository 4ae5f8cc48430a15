import path from "node:path";
import { ManymodelError } from "../core/errors.ts";
import { type Fleet, type FleetStatus, FORGOTTEN } from "../ports/fleet.ts";
import { lastLines, makeLogs } from "./logs.ts";
import { type SlurmOptions, slurmScript } from "./slurm-script.ts";
import { askTool, runTool } from "./tool.ts";

/** The meaning of Slurm's states. A job in any other state has ended without success. */
const MEANING: Readonly<Record<string, keyof Omit<FleetStatus, "reason">>> = {
  PENDING: "waiting",
  CONFIGURING: "waiting",
  REQUEUED: "waiting",
  REQUEUE_HOLD: "waiting",
  REQUEUE_FED: "waiting",
  SPECIAL_EXIT: "waiting",
  RUNNING: "running",
  COMPLETING: "running",
  SUSPENDED: "running",
  STOPPED: "running",
  SIGNALING: "running",
  STAGE_OUT: "running",
  RESIZING: "running",
  COMPLETED: "succeeded",
  CANCELLED: "cancelled",
  REVOKED: "cancelled",
};

/** Reasons of Slurm's that say nothing that a state does not. */
const NO_REASON = ["None", "Priority", "Resources", "Dependency", "JobArrayTaskLimit"];

/** Returns the Slurm, by its own commands: a job is an array, whose tasks are run again where their node was lost. */
export function slurmFleet(options: SlurmOptions): Fleet {
  return {
    launcher: "slurm",
    kinds: ["tasks", "workers"],
    dependencies: true,
    describe: (job) => slurmScript(job, options),
    async launch(job) {
      await makeLogs(path.join(options.logs, job.name));
      const answer = await askTool("sbatch", ["--parsable"], slurmScript(job, options)).catch((cause: Error) => {
        const hint = /array/i.test(cause.message)
          ? "; more chunks_per_task make fewer tasks (scontrol show config | grep MaxArraySize)"
          : "";
        throw new ManymodelError("storage", `${cause.message}${hint}`, { cause });
      });
      return answer.trim().replace(/;.*$/s, "");
    },
    async status(id) {
      const { code, stdout, stderr } = await runTool("squeue", [
        ...["--noheader", "--array", "--states=all", `--jobs=${id}`, "--format=%T|%r"],
      ]);
      if (code !== 0 && /invalid job id/i.test(stderr)) return FORGOTTEN;
      if (code !== 0) throw new ManymodelError("storage", `squeue failed: ${stderr.trim()}`);
      return countStates(stdout);
    },
    async cancel(id) {
      const { code, stderr } = await runTool("scancel", [id]);
      if (code !== 0 && !/invalid job id|already completing or completed/i.test(stderr))
        throw new ManymodelError("storage", `scancel failed: ${stderr.trim()}`);
    },
    logs: (name, id) => lastLines(path.join(options.logs, name), `slurm-${id}`),
  };
}

/** Counts the states that `squeue` lists, one line of `STATE|reason` each. */
export function countStates(listed: string): FleetStatus {
  const status = { ...FORGOTTEN };
  const reasons = new Set<string>();
  for (const line of listed.split("\n").filter((line) => line !== "")) {
    const [state = "", reason = ""] = line.split("|");
    const meaning = MEANING[state] ?? "failed";
    status[meaning]++;
    if (meaning === "failed") reasons.add(state);
    else if (meaning === "waiting" && !NO_REASON.includes(reason)) reasons.add(reason);
  }
  return { ...status, reason: [...reasons].join(", ") };
}
