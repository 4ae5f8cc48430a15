import { ManymodelError, show } from "../core/errors.ts";
import type { FleetJob } from "../ports/fleet.ts";
import { shellLine } from "./shell.ts";

/** The request to Slurm, for each task. */
export interface SlurmOptions {
  /** The call of `manymodel` on the nodes: a program and its first arguments. */
  readonly command: readonly string[];
  /** The directory of the logs, with a folder for each job. The nodes and this machine see it. */
  readonly logs: string;
  readonly cpus?: number;
  /** As `--mem` has it: `4G`. */
  readonly memory?: string;
  /** As `--time` has it: `2:00:00`. */
  readonly time?: string;
  /** Tasks that may run at the same time. */
  readonly throttle?: number;
  readonly partition?: string;
  readonly account?: string;
  /** Further options of `sbatch`, such as `--qos=low`. */
  readonly options?: readonly string[];
  /** Lines of the script before the command, such as `module load node`. */
  readonly setup?: readonly string[];
}

/** Slurm gives a job at most this number; so an execution's is below 2^31, times the most restarts told apart. */
const RESTARTS = 32;

/**
 * Returns the script that `sbatch` is given for a job. What follows `#SBATCH` is read by Slurm's own rules, not by a
 * shell: quotes hold a value together, and nothing in it is expanded but `%` in the names of files.
 *
 * @throws {ManymodelError} `config` for a value that would not stay on its line
 */
export function slurmScript({ name, kind, count, args, after }: FleetJob, options: SlurmOptions): string {
  const { logs, cpus, memory, time, throttle, partition, account } = options;
  const pattern = count > 1 || kind === "tasks" ? "%A_%a" : "%j";
  const directives: [string, string | number | undefined][] = [
    ["--job-name", name],
    ["--array", kind === "tasks" || count > 1 ? `0-${count - 1}${throttle ? `%${throttle}` : ""}` : undefined],
    ["--output", `${`${logs}/${name}`.replaceAll("%", "%%")}/slurm-${pattern}.log`],
    ["--partition", partition],
    ["--account", account],
    ["--nodes", 1],
    ["--ntasks", 1],
    ["--cpus-per-task", cpus],
    ["--mem", memory],
    ["--time", time],
    ["--dependency", after === undefined ? undefined : `afterany:${after}`],
  ];
  const lines = directives.flatMap(([option, value]) =>
    value === undefined ? [] : [`${option}=${sbatchValue(value)}`],
  );
  return [
    "#!/bin/bash",
    ...[...lines, "--requeue", "--open-mode=append", ...(options.options ?? [])].map(
      (line) => `#SBATCH ${oneLine(line)}`,
    ),
    "set -e",
    ...(options.setup ?? []),
    ...(kind === "tasks" ? TASK_ENVIRONMENT : []),
    `exec ${shellLine([...options.command, ...args])}`,
    "",
  ].join("\n");
}

/**
 * The index of the task, and a number that no other execution of it has, since Slurm runs a task again after losing a
 * node.
 */
const TASK_ENVIRONMENT = [
  "export MANYMODEL_TASK=$SLURM_ARRAY_TASK_ID",
  `export MANYMODEL_ATTEMPT=$((SLURM_JOB_ID * ${RESTARTS} + \${SLURM_RESTART_COUNT:-0} % ${RESTARTS}))`,
];

function sbatchValue(value: string | number): string {
  const text = String(value);
  if (/^[A-Za-z0-9_/.:=@%+,-]+$/.test(text)) return text;
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

function oneLine(line: string): string {
  if (/[\r\n\0]/.test(line))
    throw new ManymodelError("config", `${show(line)} cannot be an option of sbatch: it is more than one line`);
  return line;
}
