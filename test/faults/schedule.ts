import { random } from "../../src/forecast/random.ts";

/**
 * When a process is killed. `starting`: after so many looks at it. `pinning`: while the snapshot is being written.
 * `planning`: when so much of the task files is there. `running`: when so much of what was left is finished.
 * `finalizing`: when every chunk has ended, a few looks later.
 */
export type Moment = "starting" | "pinning" | "planning" | "running" | "finalizing";

/** One blow: who is killed, and when. */
export interface Blow {
  readonly moment: Moment;
  /** How far into the moment, 0 to 1. */
  readonly depth: number;
  /**
   * `trainer`: a process that trains or resumes. `everything`: all process groups at once. On a database server also
   * `server`: it ends as in a crash and starts again; `connections`: all to it are cut. No process of ours ends then.
   */
  readonly victim: "trainer" | "worker" | "everything" | "server" | "connections";
  /** Whether two processes resume the run afterwards, at once. */
  readonly twins: boolean;
  /** Whether workers that were killed are replaced. */
  readonly replace: boolean;
}

/** What is to happen to one run. */
export interface Schedule {
  readonly seed: number;
  readonly mode: "tasks" | "queue";
  readonly chunks: number;
  /** Worker threads of each process that trains. */
  readonly threads: number;
  /** Further `manymodel worker` processes. */
  readonly workers: number;
  readonly blows: readonly Blow[];
}

/** The schedule of a seed. Its first blow goes round the moments, so that few schedules meet all of them. */
export function makeSchedule(seed: number, partitions: number): Schedule {
  const uniform = random(seed);
  const chance = (p: number) => uniform() < p;
  const pick = <T>(items: readonly T[]): T => items[Math.floor(uniform() * items.length)]!;
  const workers = pick([0, 0, 0, 1, 2]);
  const first = (["running", "finalizing", "planning", "running", "pinning", "starting"] as const)[seed % 6]!;
  const later = ["running", "running", "running", "finalizing", "finalizing", "planning", "starting"] as const;
  const blows = Array.from({ length: pick([1, 1, 2, 2, 3]) }, (_, i): Blow => {
    const moment = i === 0 ? first : pick(later);
    const victims = workers > 0 && moment === "running" ? (["trainer", "worker", "everything"] as const) : undefined;
    return {
      moment,
      depth: uniform(),
      victim: pick(victims ?? ["trainer", "trainer", "everything"]),
      twins: chance(0.15),
      replace: chance(0.5),
    };
  });
  // The chunk of a lost worker is free again when its lease lapses, after half a minute, or at once when somebody resumes.
  if (blows.at(-1)!.victim === "worker" && chance(0.9))
    blows.push({ ...blows.at(-1)!, victim: "everything", depth: 0 });
  const chunks = Math.min(partitions, 8 + Math.floor(uniform() * 40));
  return { seed, mode: chance(0.5) ? "queue" : "tasks", chunks, threads: pick([1, 1, 2]), workers, blows };
}

/** The schedule of a seed on a database server: about half of the blows strike that instead of a process. */
export function onServer(schedule: Schedule): Schedule {
  const uniform = random(schedule.seed ^ 0x5e57e4);
  const victims = ["server", "connections"] as const;
  const blows = schedule.blows.map((blow, i): Blow => {
    const struck = (i + schedule.seed) % 2 === 0;
    return struck ? { ...blow, victim: victims[Math.floor(uniform() * 2)]! } : blow;
  });
  return { ...schedule, blows };
}
