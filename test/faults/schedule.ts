import { random } from "../../packages/forecast/src/stats/random.ts";

/**
 * The moment at which a process is killed. `starting`: after so many looks at it. `pinning`: while the snapshot is
 * being written. `planning`: when so much of the task files is there. `running`: when so much of what was left is
 * finished. `finalizing`: when every chunk has ended, a few looks later.
 */
export type Moment = "starting" | "pinning" | "planning" | "running" | "finalizing";

/**
 * A target other than a process of ours. `server`: a database server ends as in a crash, or an account cuts every
 * connection and ends every session, and lets nobody in for a moment. `connections`: all to it are cut. In an account
 * also `tokens`: they expire, and cannot be renewed; `replica`: a container of a job is lost.
 */
export type Surroundings = (typeof SURROUNDINGS)[number];
const SURROUNDINGS = ["server", "connections", "tokens", "replica"] as const;
export const isOfSurroundings = (victim: Blow["victim"]): victim is Surroundings =>
  SURROUNDINGS.some((one) => one === victim);

/** One blow: who is killed, and when. */
export interface Blow {
  readonly moment: Moment;
  /** The depth within the moment, 0 to 1. */
  readonly depth: number;
  /** `trainer`: a process that trains or resumes. `everything`: all process groups at once. Or what is around them. */
  readonly victim: "trainer" | "worker" | "everything" | Surroundings;
  /** True if two processes resume the run afterwards, at once. */
  readonly twins: boolean;
  /** True if workers that were killed are replaced. */
  readonly replace: boolean;
}

/** The faults of one run. */
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

/** Returns the schedule of a seed. Its first blow goes round the moments, so that few schedules meet all of them. */
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

/**
 * Returns the schedule of a seed with targets besides processes: about half of the blows strike that instead of one.
 */
export function amid(surroundings: readonly Surroundings[], schedule: Schedule): Schedule {
  const uniform = random(schedule.seed ^ 0x5e57e4);
  const blows = schedule.blows.map((blow, i): Blow => {
    const struck = (i + schedule.seed) % 2 === 0;
    return struck ? { ...blow, victim: surroundings[Math.floor(uniform() * surroundings.length)]! } : blow;
  });
  return { ...schedule, blows };
}

/** Returns the schedule of a seed on a database server. */
export const onServer = (schedule: Schedule) => amid(["server", "connections"], schedule);

/** Returns the schedule of a seed in an account: all workers are replicas of a job where containers train. */
export function inAccount(compute: "client" | "service", schedule: Schedule): Schedule {
  if (compute === "client") return amid(["server", "connections", "tokens"], schedule);
  const blows = schedule.blows.map((blow) =>
    blow.victim === "worker" ? { ...blow, victim: "replica" as const } : blow,
  );
  return amid(["server", "tokens", "replica", "replica"], { ...schedule, blows, workers: 0 });
}
