import { readdir, readFile, rm } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { random } from "../../packages/forecast/src/stats/random.ts";
import type { Struck } from "./strike-calls.ts";
import { runStruck } from "./struck-process.ts";
import { verifyRun } from "./verify.ts";
import { binOf, copyWorkspace, type Reference, type Site } from "./workspace.ts";

/** Kills of one run's tasks, after which they are let be. */
const MOST_TASKS = 24;
/** Kills of the process that waits for them. */
const MOST_LAUNCHERS = 3;

/** Returns the tasks that run on this machine, by the configuration that they are started with. */
async function tasksOf(folder: string): Promise<number[]> {
  const processes = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(processes.map((pid) => readFile(`/proc/${pid}/cmdline`, "latin1").catch(() => "")));
  return processes.flatMap((pid, i) => {
    const words = lines[i]!.split("\0");
    return words.includes("task") && words.some((word) => word.startsWith(`${folder}/`)) ? [Number(pid)] : [];
  });
}

/** Trains a run by a fleet whose tasks, and the process that waits for them, are killed at moments of the seed. */
export async function strikeTasks(site: Site, reference: Reference, seed: number): Promise<Struck> {
  const uniform = random(seed ^ 0x7a5c);
  const folder = await copyWorkspace(site, `tasks-${seed}`, uniform() < 0.5);
  const engine = await site.ground.open(folder);
  const kills: Record<string, number> = {};
  const anomalies: string[] = [];
  const count = (target: string) => {
    kills[target] = (kills[target] ?? 0) + 1;
  };
  let ended = false;
  const strike = async () => {
    while (!ended && (kills.task ?? 0) < MOST_TASKS) {
      await wait(20 + 400 * uniform());
      const tasks = await tasksOf(folder);
      const pid = tasks[Math.floor(uniform() * tasks.length)];
      if (pid === undefined) continue;
      try {
        process.kill(pid, "SIGKILL");
        count("task");
      } catch {
        // It ended meanwhile.
      }
    }
  };
  const striking = strike();
  try {
    let runId = "r0";
    const chunks = String(4 + Math.floor(uniform() * 12));
    for (let turn = 0; turn < 20 && anomalies.length === 0; turn++) {
      const run = await engine.catalog.run(runId);
      if (run?.state === "completed") break;
      if (run?.manifest === null) runId = `r${Number(runId.slice(1)) + 1}`;
      const isNew = run === undefined || run.manifest === null;
      const args = isNew ? ["train", "--fleet", "--run-id", runId, "--chunks", chunks] : ["resume", runId];
      const isStruck = (kills.launcher ?? 0) < MOST_LAUNCHERS;
      const stroke = { calls: "write", nth: 1 + Math.floor(250 * uniform()) } as const;
      const { killed, code, stderr } = await runStruck([binOf(site), ...args], { folder, ...(isStruck && { stroke }) });
      if (killed) count("launcher");
      else if (code !== 0) anomalies.push(`${args.join(" ")} ended with ${code}: ${stderr.trim()}`);
    }
    anomalies.push(...(await verifyRun(engine, runId, reference)).anomalies);
    return { kills, anomalies };
  } finally {
    ended = true;
    await striking;
    await engine.close();
    if (anomalies.length === 0) await rm(folder, { recursive: true, force: true });
  }
}
