import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { countStates } from "../../src/fleets/slurm.ts";
import { slurmScript } from "../../src/fleets/slurm-script.ts";
import type { FleetJob } from "../../src/ports/fleet.ts";

const tasks: FleetJob = { name: "r", kind: "tasks", count: 1000, args: ["task", "r"] };
const options = { command: ["manymodel"], logs: "/shared/logs" };

describe("the script for sbatch", () => {
  it("asks for the options' resources, and for no more", () => {
    const resources = { cpus: 2, memory: "4G", time: "2:00:00", throttle: 40, partition: "long", account: "a b" };
    const script = slurmScript(tasks, {
      ...options,
      ...resources,
      options: ["--qos=low"],
      setup: ["module load node"],
    });
    expect(script).toBe(`#!/bin/bash
#SBATCH --job-name=r
#SBATCH --array=0-999%40
#SBATCH --output=/shared/logs/r/slurm-%A_%a.log
#SBATCH --partition=long
#SBATCH --account="a b"
#SBATCH --nodes=1
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=2
#SBATCH --mem=4G
#SBATCH --time=2:00:00
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --qos=low
set -e
module load node
export MANYMODEL_TASK=$SLURM_ARRAY_TASK_ID
export MANYMODEL_ATTEMPT=$((SLURM_JOB_ID * 32 + \${SLURM_RESTART_COUNT:-0} % 32))
exec manymodel task r
`);
    const finalizer = slurmScript({ ...tasks, kind: "workers", count: 1, after: "12" }, options);
    expect(finalizer).toContain("#SBATCH --dependency=afterany:12\n");
    expect(finalizer).not.toMatch(/--array|--mem|MANYMODEL_TASK/);
  });

  it("passes arguments unchanged, with any content", () => {
    const args = ["it's", "$HOME `id` $(id)", 'a "b" \\', "a\nb", "", "*", "-n", "é;#&|<>!"];
    const script = slurmScript({ ...tasks, args }, { ...options, command: ["printf", "%s|"] });
    const env = {
      SLURM_JOB_ID: "67108863",
      SLURM_RESTART_COUNT: "31",
      SLURM_ARRAY_TASK_ID: "3",
      PATH: process.env.PATH,
    };
    const { stdout } = spawnSync("bash", [], { input: script, env, encoding: "utf8" });
    expect(stdout).toBe(args.map((arg) => `${arg}|`).join(""));
    const shell = spawnSync("bash", [], {
      input: script.replace(/exec .*/s, "echo $MANYMODEL_ATTEMPT"),
      env,
      encoding: "utf8",
    });
    expect(Number(shell.stdout)).toBe(2 ** 31 - 1);
  });

  it("keeps line breaks out of the lines that Slurm reads", () => {
    expect(() => slurmScript(tasks, { ...options, account: "a\n#SBATCH --uid=0" })).toThrow("more than one line");
    expect(() => slurmScript(tasks, { ...options, options: ["--qos=a\nrm"] })).toThrow("more than one line");
    expect(slurmScript(tasks, { ...options, logs: "/100%/a b" })).toContain('--output="/100%%/a b/r/slurm-%A_%a.log"');
  });

  it("counts the states that squeue lists", () => {
    const listed =
      "PENDING|Priority\nPENDING|JobHeldAdmin\nRUNNING|None\nCOMPLETING|None\nCOMPLETED|None\nTIMEOUT|TimeLimit\nNODE_FAIL|None\nCANCELLED|None\n";
    expect(countStates(listed)).toEqual({
      waiting: 2,
      running: 2,
      succeeded: 1,
      failed: 2,
      cancelled: 1,
      reason: "JobHeldAdmin, TIMEOUT, NODE_FAIL",
    });
  });
});
