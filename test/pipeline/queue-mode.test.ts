import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import type { EventEmitter } from "node:events";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { ManyModel } from "manymodel";
import { memoryEngine } from "manymodel/engines/memory";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Progress } from "../../src/runs/progress.ts";
import { BIN, start, until } from "../processes.ts";
import { body, dailyQuery, fillDaily, openWorkspace, runRows } from "../workspace.ts";

/** Keys in an order of their own, so that the order of the run is not that of the data. */
const keysOf = async (mm: ManyModel) => [...(await mm.keys(dailyQuery))].reverse();

describe("queue mode", () => {
  it("gives the same models as tasks mode", async () => {
    const mm = await openWorkspace("local");
    await fillDaily(mm, 40, 5);
    const options = { dataQuery: dailyQuery, workers: 2, exports: { add: 1 } };
    const loop = mm.foreachPartition("unit_id");
    const tasks = await loop.dopar(body("average"), { ...options, mode: "tasks" });
    const queue = await loop.dopar(body("average"), { ...options, mode: "queue" });
    const models = async (run: string) =>
      (await runRows(mm, run)).map(({ partitionKey, model }) => [partitionKey, model]);
    expect(queue.index).toMatchObject({ succeeded: 40, failed: 0, skipped: 0 });
    expect(queue.manifest).toMatchObject({ mode: "queue", limits: { timeBudgetMs: null, hardDeadlineMs: null } });
    expect(await models(queue.runId)).toEqual(await models(tasks.runId));
  });

  it("keeps the lease of a body that blocks the one thread for an hour", async () => {
    const clock = { now: 0 };
    const { config } = await openWorkspace("local");
    const mm = new ManyModel(
      config,
      memoryEngine(randomUUID(), () => clock.now),
    );
    onTestFinished(() => mm.close());
    await fillDaily(mm, 3, 5);
    const hour = () => void (clock.now += 3_600_000);
    const events: EventEmitter = process;
    events.on("hourPassed", hour);
    onTestFinished(() => void events.off("hourPassed", hour));
    const { runId, index } = await mm
      .foreachPartition("unit_id")
      .dopar(body("blocks-for-an-hour"), { dataQuery: dailyQuery, mode: "queue" });
    expect(index).toMatchObject({ succeeded: 3, failed: 0, skipped: 0 });
    // Each body ran once.
    expect(clock.now).toBe(3 * 3_600_000);
    expect((await runRows(mm, runId)).map(({ attempt }) => attempt)).toEqual([1, 1, 1]);
  });

  it("with too little time does a prefix of the order given; the rest is skipped, not failed", async () => {
    const mm = await openWorkspace("local");
    await fillDaily(mm, 60, 3);
    const keys = await keysOf(mm);
    const updates: Progress[] = [];
    const { runId, index } = await mm.foreach({ unit_id: keys }).dopar(body("slow"), {
      dataQuery: dailyQuery,
      mode: "queue",
      chunksPerJob: 60,
      workers: 1,
      timeBudget: "1s",
      exports: { ms: 100 },
      onProgress: (progress) => void updates.push(progress),
    });
    const budgets = updates.flatMap(({ limits }) => limits?.budgetMs ?? []);
    expect(budgets.length).toBeGreaterThan(0);
    expect(Math.max(...budgets)).toBeLessThanOrEqual(1000);
    expect(budgets).toEqual([...budgets].sort((a, b) => b - a));
    expect(updates.at(-1)).toMatchObject({ total: 60, done: index.succeeded, skipped: index.skipped });
    const rows = await runRows(mm, runId);
    expect(rows.map((row) => row.key[0])).toEqual(keys);
    const outcomes = rows.map((row) => row.outcome);
    const done = outcomes.lastIndexOf("succeeded") + 1;
    expect(done).toBeGreaterThan(0);
    expect(done).toBeLessThan(60);
    expect(new Set(outcomes.slice(0, done))).toEqual(new Set(["succeeded"]));
    expect(new Set(outcomes.slice(done))).toEqual(new Set(["skipped"]));
    expect(rows.at(-1)).toMatchObject({ errorType: "not-fed", model: null });
    expect(index).toMatchObject({ succeeded: done, failed: 0, skipped: 60 - done });
    expect((await mm.engine.catalog.run(runId))!.state).toBe("completed");
  });

  it("ends a body that runs beyond the hard deadline", async () => {
    const mm = await openWorkspace("local");
    await fillDaily(mm, 4, 3);
    const { runId, index } = await mm.foreachPartition("unit_id").dopar(body("slow"), {
      dataQuery: dailyQuery,
      mode: "queue",
      chunksPerJob: 4,
      workers: 1,
      timeBudget: 0.2,
      hardDeadline: 0.5,
      exports: { ms: 3_600_000 },
    });
    expect(index).toMatchObject({ succeeded: 0, failed: 1, skipped: 3 });
    expect((await runRows(mm, runId))[0]).toMatchObject({ errorType: "deadline" });
  });

  it("is worked on by other processes that serve the workspace, and watched by another", async () => {
    const mm = await openWorkspace("local", "queue: { worker_type: persistent, n_workers: 2 }\n");
    await writeFile(path.join(mm.config.directory, "manymodel.yaml"), "engine: local\n");
    await fillDaily(mm, 50, 3);
    const workers = [start(mm, "worker", "--workers", "1"), start(mm, "worker", "--workers", "1")];
    const training = mm.foreachPartition("unit_id").dopar(body("slow"), {
      dataQuery: dailyQuery,
      mode: "queue",
      chunksPerJob: 50,
      modelRunId: "shared",
      exports: { ms: 20 },
    });
    await until(async () => (await mm.engine.catalog.run("shared"))?.state === "running");
    const watching = start(mm, "status", "shared", "--follow");
    expect((await training).index).toMatchObject({ succeeded: 50, failed: 0, skipped: 0 });
    const names = new Set((await mm.engine.queue.chunks("shared")).map(({ worker }) => worker));
    expect(names.size).toBe(2);
    await watching.ended;
    expect(watching.output().stdout).toContain("Run shared is completed");
    const alive = await mm.engine.roster.alive();
    expect(alive.map(({ run }) => run)).toEqual([null, null]);
    await mm.engine.roster.stop(alive.map(({ name }) => name));
    for (const { ended, output } of workers) {
      expect((await ended)[0], output().stderr).toBe(0);
      expect(output().stdout).toMatch(/Served \d+ chunks/);
    }
    expect(await mm.engine.roster.alive()).toEqual([]);
  });

  it("a worker started in the background ends with its run", async () => {
    const mm = await openWorkspace("local");
    await fillDaily(mm, 30, 3);
    const gate = path.join(mm.config.directory, "gate");
    const training = mm.foreachPartition("unit_id").dopar(body("slow"), {
      dataQuery: dailyQuery,
      mode: "queue",
      chunksPerJob: 30,
      workers: 1,
      modelRunId: "helped",
      exports: { ms: 20, gate },
    });
    await until(async () => (await mm.engine.catalog.run("helped"))?.state === "running");
    const { status, stderr } = spawnSync(process.execPath, [BIN, "workers", "add", "1", "--run", "helped"], {
      cwd: mm.config.directory,
      encoding: "utf8",
    });
    expect(status, stderr).toBe(0);
    await until(async () => (await mm.engine.roster.alive()).length === 2);
    await writeFile(gate, "");
    expect((await training).index.succeeded).toBe(30);
    const names = new Set((await mm.engine.queue.chunks("helped")).map(({ worker }) => worker));
    expect(names.size).toBe(2);
    await until(async () => (await mm.engine.roster.alive()).length === 0);
  });

  it("a cancelled run keeps started chunks, and lists the others as skipped", async () => {
    const mm = await openWorkspace("local");
    await fillDaily(mm, 30, 3);
    const training = mm.foreachPartition("unit_id").dopar(body("slow"), {
      dataQuery: dailyQuery,
      mode: "queue",
      chunksPerJob: 30,
      workers: 1,
      modelRunId: "unwanted",
      exports: { ms: 100 },
    });
    await until(async () => ((await mm.engine.queue.counts("unwanted")).chunks.finished ?? 0) > 0);
    const { stdout } = spawnSync(process.execPath, [BIN, "cancel", "unwanted"], {
      cwd: mm.config.directory,
      encoding: "utf8",
    });
    expect(stdout).toMatch(/Run unwanted: \d+ chunks cancelled/);
    const { index } = await training;
    expect(index.succeeded).toBeGreaterThan(0);
    expect(index.skipped).toBeGreaterThan(0);
    expect(index.succeeded + index.skipped).toBe(30);
    expect((await runRows(mm, "unwanted")).at(-1)).toMatchObject({ outcome: "skipped", errorType: "cancelled" });
  });
});
