/** The tools that run machines. */
export const LAUNCHERS = ["process", "slurm", "kubernetes"] as const;
export type Launcher = (typeof LAUNCHERS)[number];
