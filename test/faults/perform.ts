import { rm } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { type Process, startProcess } from "./processes.ts";
import { type Blow, isOfSurroundings, type Schedule } from "./schedule.ts";
import { scoreUnderFire } from "./score.ts";
import { verifyRun } from "./verify.ts";
import { binOf, copyWorkspace, type Reference, type Site } from "./workspace.ts";

/** The outcome of a schedule. */
export interface Performance {
  readonly seed: number;
  readonly seconds: number;
  /**
   * Processes killed, by the state that the run was in afterwards, or `worker`, `register`, `batch`; how often the
   * surroundings were struck.
   */
  readonly kills: Readonly<Record<string, number>>;
  readonly resumes: number;
  /** Segments on the stage that no index counts. */
  readonly orphans: number;
  readonly anomalies: readonly string[];
}

/** A process that has not ended after so many looks, of a millisecond and more each, hangs. */
const MOST_LOOKS = 150_000;
const LOOKS_BETWEEN_PROGRESS = 100;

/** Trains a run in a workspace of its own, disturbed as the schedule says, until it is completed; then looks at it. */
export async function perform(
  site: Site,
  reference: Reference,
  schedule: Schedule,
  score: boolean,
): Promise<Performance> {
  const began = performance.now();
  const pinning = schedule.blows.some(({ moment }) => moment === "pinning");
  const folder = await copyWorkspace(site, `schedule-${schedule.seed}`, pinning);
  const engine = await site.ground.open(folder);
  const { catalog, queue } = engine;
  const kills: Record<string, number> = {};
  const anomalies: string[] = [];
  let resumes = 0;
  let runId = "r0";
  let trainers: Process[] = [];
  const workers: Process[] = [];
  const start = (...args: string[]) => startProcess(binOf(site), folder, args, site.ground.environment);
  const addWorkers = () => {
    while (workers.length < schedule.workers) workers.push(start("worker", "--workers", "1"));
  };

  /** Has as many processes as asked for go on with the run, whatever is there of it. */
  const goOn = async (count: number) => {
    const run = await catalog.run(runId);
    const threads = ["--workers", String(schedule.threads)];
    const plan = ["--mode", schedule.mode, "--chunks", String(schedule.chunks)];
    if (run === undefined) trainers.push(start("train", "--run-id", runId, ...plan, ...threads));
    else for (let i = 0; i < count; i++, resumes++) trainers.push(start("resume", runId, ...threads));
  };

  /** Drops the processes that have ended; what they say must be something that may be said. */
  const settle = async () => {
    for (const { code, args, stderr } of trainers.filter((trainer) => trainer.code() !== undefined)) {
      if (code() === 0 || code() === null) continue;
      if (stderr().includes("was interrupted before its plan was written")) runId = `r${Number(runId.slice(1)) + 1}`;
      else if (!/is completed; there is nothing to resume/.test(stderr()))
        anomalies.push(`${args.join(" ")} ended with ${code()}: ${stderr().trim()}`);
    }
    trainers = trainers.filter((trainer) => trainer.code() === undefined);
  };

  /** Returns the states of the run and of each chunk. A process that changes none of them hangs. */
  const progress = async () => {
    const chunks = await queue.chunks(runId);
    return JSON.stringify([runId, (await catalog.run(runId))?.state, chunks.map((one) => [one.state, one.attempt])]);
  };

  const completed = async () => (await catalog.run(runId))?.state === "completed";

  /** Waits for a blow's moment. False if the processes end, or hang, before it. */
  const reach = async ({ moment, depth, victim }: Blow): Promise<boolean> => {
    const from = (await queue.counts(runId)).chunks.finished;
    let late = 0;
    for (let looks = 0; looks < MOST_LOOKS; looks++) {
      await wait(1);
      if (trainers.every(({ code }) => code() !== undefined)) return false;
      if (moment === "starting") {
        if (looks >= depth * 1200) return true;
        continue;
      }
      const state = (await catalog.run(runId))?.state;
      if (moment === "pinning" && state === undefined) {
        if ((await site.ground.isPinning(folder)) && late++ >= depth * 40) return true;
        continue;
      }
      if (state === undefined) continue;
      if (state === "planning") {
        const written = await engine.stage.list(`runs/${runId}/tasks/`);
        if (moment === "planning" && written.length >= depth * schedule.chunks) return true;
        continue;
      }
      const chunks = await queue.chunks(runId);
      const left = chunks.filter(({ state }) => ["available", "leased", "waiting"].includes(state));
      if (left.length === 0) {
        if (moment !== "finalizing" || depth < 0.2 || state === "completed") return true;
        if (state === "finalizing" && late++ >= (depth - 0.2) * 8) return true;
      }
      if (moment === "finalizing") continue;
      const leases = left.flatMap(({ state, worker }) => (state === "leased" ? [worker!] : []));
      const due = chunks.length - left.length >= from + depth * (schedule.chunks - from);
      if (due && (victim !== "worker" || workers.some(({ pid }) => leases.some((name) => name.includes(`.${pid}.`)))))
        return true;
      // Nothing goes on before the leases of lost workers lapse; some schedules wait for that.
      if (leases.length === left.length && leases.every((name) => engine.workers.isGone(name)) && depth > 0.1)
        return true;
    }
    anomalies.push(
      `${trainers.map(({ args }) => args.join(" ")).join(", ")} hangs: ${JSON.stringify((await queue.counts(runId)).chunks)}`,
    );
    return false;
  };

  const strike = async ({ victim, replace }: Blow) => {
    if (isOfSurroundings(victim)) {
      await site.ground.strike(victim, folder);
      kills[victim] = (kills[victim] ?? 0) + 1;
      return;
    }
    const victims =
      victim === "everything"
        ? [...trainers, ...workers]
        : victim === "worker"
          ? workers.slice(0, 1)
          : trainers.slice(0, 1);
    const killed = await Promise.all(victims.map((process) => process.kill()));
    const state = (await catalog.run(runId))?.state ?? "unplanned";
    const left = state === "running" && !(await queue.ended(runId));
    victims.forEach((process, i) => {
      if (!killed[i]) return;
      const kind = workers.includes(process) ? "worker" : state === "running" && !left ? "all chunks ended" : state;
      kills[kind] = (kills[kind] ?? 0) + 1;
    });
    for (const process of victims) if (workers.includes(process)) workers.splice(workers.indexOf(process), 1);
    if (replace) addWorkers();
  };

  try {
    addWorkers();
    while ((await engine.roster.alive()).length < workers.length) await wait(5);
    await goOn(1);
    for (const blow of schedule.blows) {
      if (await reach(blow)) await strike(blow);
      await settle();
      if (await completed()) break;
      if (trainers.length === 0) await goOn(blow.twins ? 2 : 1);
    }
    for (let i = 0; i < 6 && anomalies.length === 0; i++) {
      if (!(await reachEnd(trainers, progress))) anomalies.push(`${trainers[0]!.args.join(" ")} does not end`);
      await settle();
      if (await completed()) break;
      await goOn(1);
    }
    const verified = await verifyRun(engine, runId, reference);
    anomalies.push(...verified.anomalies);
    if (score && anomalies.length === 0) {
      const scored = await scoreUnderFire(engine, site, folder, runId, reference, schedule.seed);
      anomalies.push(...scored.anomalies);
      for (const [command, n] of Object.entries(scored.kills)) kills[command] = (kills[command] ?? 0) + n;
    }
    return {
      seed: schedule.seed,
      seconds: (performance.now() - began) / 1000,
      kills,
      resumes,
      orphans: verified.orphans,
      anomalies,
    };
  } finally {
    await Promise.all([...trainers, ...workers].map((process) => process.kill()));
    await engine.close();
    if (anomalies.length === 0) await rm(folder, { recursive: true, force: true });
  }
}

/** Tells whether all processes end before they count as hanging. A process whose progress changes does not. */
async function reachEnd(processes: readonly Process[], progress: () => Promise<string>): Promise<boolean> {
  let before = "";
  for (let looks = 0; looks < MOST_LOOKS / 5; looks++) {
    if (processes.every(({ code }) => code() !== undefined)) return true;
    await wait(5);
    if (looks % LOOKS_BETWEEN_PROGRESS !== 0) continue;
    const now = await progress();
    if (now !== before) looks = 0;
    before = now;
  }
  return false;
}
