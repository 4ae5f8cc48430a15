import { z } from "zod";
import { LAUNCHERS } from "../core/launcher.ts";
import { count, duration } from "./common-values.ts";

const slurm = z
  .strictObject({
    partition: z.string().min(1).optional(),
    account: z.string().min(1).optional(),
    options: z.array(z.string().regex(/^--?[A-Za-z]/, "an option of sbatch, such as --qos=low")).default([]),
  })
  .describe("Of Slurm only: partition, account, and further options of sbatch.");

const kubernetes = z
  .strictObject({
    image: z.string().min(1).describe("The worker's image (deploy/Dockerfile)."),
    namespace: z.string().min(1).optional(),
    context: z.string().min(1).optional().describe("Of the kubectl configuration."),
    claim: z
      .string()
      .min(1)
      .optional()
      .describe("A volume claim that many nodes may mount, for a stage in a directory."),
    mount_path: z.string().startsWith("/").optional().describe("Where the claim is mounted; as it is here."),
    secret: z.string().min(1).optional().describe("A secret whose keys become environment variables: credentials."),
    config_map: z.string().min(1).optional().describe("A config map that holds manymodel.yaml."),
    service_account: z.string().min(1).optional(),
    retries: z.int().min(0).default(3).describe("How often Kubernetes runs a task again after its pod was lost."),
  })
  .describe("Of Kubernetes only: image, namespace, volume, secret.");

const words = z.union([z.string().min(1), z.array(z.string()).min(1)]);

/** The block of machines that train in place of this one. */
export const fleet = z
  .strictObject({
    launcher: z.enum(LAUNCHERS).describe("The system that runs the machines."),
    workers: count.default(2).describe("Workers of queue mode, and of `process`: each a job's execution of its own."),
    chunks_per_task: z
      .union([z.literal("auto"), count])
      .default("auto")
      .describe("Chunks that a task trains one after another; auto: one, or as many as make 1,000 tasks."),
    throttle: count.optional().describe("Tasks that may run at the same time."),
    cpus: count.default(1).describe("CPUs of a task, which trains as many chunks at the same time."),
    memory: z
      .string()
      .regex(/^\d+(\.\d+)?[KMGT]i?$/, "an amount such as 4G")
      .optional()
      .describe("Memory of a task, such as 4G."),
    time: z
      .union([count.transform(String), z.string().regex(/^(\d+-)?\d+(:\d+){0,2}$/, "a time such as 2:00:00")])
      .optional()
      .describe("The longest that a task may run, as Slurm has it: minutes, or 2:00:00."),
    setup: z.array(z.string()).default([]).describe("Lines of shell before the command, such as `module load node`."),
    command: words
      .optional()
      .describe("The command of manymodel on the machines; by default the command of this process."),
    config: z.string().min(1).optional().describe("This file as the machines see it; by default at the same path."),
    logs: z.string().min(1).optional().describe("A directory for logs; by default on the stage, or in the workspace."),
    shared_catalog: z
      .boolean()
      .optional()
      .describe("Whether the machines can open the catalog; by default false with the local engine."),
    poll: duration.describe("The time between two looks at a job's state; by default 5s."),
    slurm: slurm.prefault({}),
    kubernetes: kubernetes.optional(),
  })
  .describe("Machines that train in place of this one (see docs/fleets.md).");
