import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { ManyModel } from "manymodel";
import { describe, expect, it } from "vitest";
import { start, until } from "../processes.ts";
import { body, dailyQuery, fillDaily, openWorkspace, runRows } from "../workspace.ts";

const SLOW = fileURLToPath(body("slow"));

/** Returns a workspace with 40 series, and a configuration that trains them slowly in chunks of two. */
async function prepare(extra = "") {
  const mm = await openWorkspace("local");
  const yaml = `source: { table: SALES, partition_by: UNIT_ID, order_by: [UNIT_ID, OBS_DATE] }
model: { name: "${SLOW}", options: { ms: 60 } }
train: { chunks_per_job: 20, workers: 2, max_attempts: 1${extra} }
`;
  await writeFile(path.join(mm.config.directory, "manymodel.yaml"), yaml);
  await fillDaily(mm, 40, 4);
  return mm;
}

const finished = async (mm: ManyModel, run: string) => (await mm.engine.queue.counts(run)).chunks.finished;

describe("a run whose process was killed", () => {
  for (const mode of ["tasks", "queue", "local"])
    it(`continues where it stopped, in ${mode} mode`, async () => {
      const mm = await prepare(`, mode: ${mode}`);
      const first = start(mm, "train", "--run-id", "r");
      await until(
        async () => (await mm.engine.catalog.run("r"))?.state === "running" && (await finished(mm, "r")) >= 3,
      );
      first.child.kill("SIGKILL");
      await first.ended;
      const before = (await mm.engine.queue.chunks("r")).filter(({ state }) => state === "finished");
      expect(before.length).toBeLessThan(20);
      const resumed = start(mm, "resume", "r");
      expect((await resumed.ended)[0], resumed.output().stderr).toBe(0);
      expect(resumed.output().stdout).toContain("Run r: 40 partitions, 40 trained, 0 failed");
      const rows = await runRows(mm, "r");
      expect(rows.map((row) => [row.key[0], row.outcome])).toEqual(
        Array.from({ length: 40 }, (_, i) => [`U${String(i).padStart(2, "0")}`, "succeeded"]),
      );
      const after = new Map((await mm.engine.queue.chunks("r")).map((chunk) => [chunk.chunk, chunk]));
      for (const chunk of before) expect(after.get(chunk.chunk)).toEqual(chunk);
      const again = start(mm, "resume", "r");
      expect((await again.ended)[0]).toBe(1);
      expect(again.output().stderr).toContain("run r is completed; there is nothing to resume");
    });

  it("by a body continues without that body's partition", async () => {
    const mm = await openWorkspace("local");
    const yaml = `source: { table: SALES, partition_by: UNIT_ID, order_by: [UNIT_ID, OBS_DATE] }
model: { name: "${fileURLToPath(body("poisonous"))}", options: { poison: { U05: abort } } }
train: { chunks_per_job: 4, workers: 1, max_attempts: 1 }
`;
    await writeFile(path.join(mm.config.directory, "manymodel.yaml"), yaml);
    await fillDaily(mm, 12, 4);
    const first = start(mm, "train", "--run-id", "r");
    expect((await first.ended)[1]).toBe("SIGABRT");
    const resumed = start(mm, "resume", "r");
    expect((await resumed.ended)[0], resumed.output().stderr).toBe(0);
    expect(resumed.output().stdout).toContain("Run r: 12 partitions, 11 trained, 1 failed");
    const failures = (await runRows(mm, "r")).filter((row) => row.outcome === "failed");
    expect(failures.map((row) => [row.key[0], row.errorType, row.errorMessage])).toEqual([
      ["U05", "worker-lost", "its worker was lost: its process was ended by SIGABRT"],
    ]);
  });

  for (const mode of ["tasks", "queue"])
    it(`counts as stalled, in ${mode} mode`, async () => {
      const mm = await prepare(`, mode: ${mode}`);
      const file = path.join(mm.config.directory, "manymodel.yaml");
      await writeFile(file, (await readFile(file, "utf8")).replace("ms: 60", "ms: 600000"));
      const first = start(mm, "train", "--run-id", "r");
      await until(async () => (await mm.engine.queue.counts("r")).chunks.leased > 0);
      const say = async (...args: string[]) => {
        const command = start(mm, ...args);
        await command.ended;
        return command.output();
      };
      expect((await say("status", "r")).stdout).not.toContain("stalled");
      await expect(mm.registry.logManyModel({ name: "M", version: "V1", run: "r", horizon: 1 })).rejects.toThrow(
        "run r is running; wait until it is completed",
      );
      first.child.kill("SIGKILL");
      await first.ended;
      const stalled = "no worker is left on it; manymodel resume r";
      expect((await say("status", "r")).stdout).toContain(`Run r is running, but stalled: ${stalled}`);
      expect((await say("status", "r", "--follow")).stdout).toContain(stalled);
      expect(JSON.parse((await say("status", "--json")).stdout)).toMatchObject([{ state: "running", stalled: true }]);
      for (const args of [
        ["register", "--run", "r"],
        ["verify", "r"],
      ])
        expect((await say(...args)).stderr).toContain(`run r has stalled: ${stalled}`);
    });

  it("continues with the model that the command line named", async () => {
    const mm = await prepare();
    const file = path.join(mm.config.directory, "manymodel.yaml");
    const configured = await readFile(file, "utf8");
    await writeFile(file, configured.replace(/^model: .*$/m, "model: naive"));
    const first = start(mm, "train", "--run-id", "r", "--model", SLOW);
    await until(async () => (await mm.engine.catalog.run("r"))?.state === "running");
    first.child.kill("SIGKILL");
    await first.ended;
    const resumed = start(mm, "resume", "r");
    expect((await resumed.ended)[0], resumed.output().stderr).toBe(0);
    expect(resumed.output().stdout).toContain("Run r: 40 partitions, 40 trained");
  });

  it("is resumed under another plan only on request", async () => {
    const mm = await prepare();
    const first = start(mm, "train", "--run-id", "r");
    await until(async () => (await mm.engine.catalog.run("r"))?.state === "running");
    first.child.kill("SIGKILL");
    await first.ended;
    const file = path.join(mm.config.directory, "manymodel.yaml");
    await writeFile(
      file,
      `source: { table: SALES, partition_by: UNIT_ID, order_by: [UNIT_ID, OBS_DATE] }\nmodel: { name: "${SLOW}", options: { ms: 1 } }\ntrain: { seed: 2 }\n`,
    );
    const { output } = mm.engine;
    const late = {
      UNIT_ID: { type: "string", values: ["LATE"] },
      OBS_DATE: { type: "date", values: Float64Array.of(0) },
      Y: { type: "number", values: Float64Array.of(1) },
    } as const;
    await output.publish("SALES", "late", [await output.write("SALES", { length: 1, columns: late })]);
    const refused = start(mm, "resume", "r");
    expect((await refused.ended)[0]).toBe(1);
    const { stderr } = refused.output();
    expect(stderr).toContain("the data of SALES have changed: 160 rows of 40 partitions then, 161 of 41 now");
    expect(stderr).toContain("exports.ms was 60, and is 1");
    expect(stderr, "only what differs is named").not.toContain("horizon");
    expect(stderr).toContain("the seed was 1, and is 2");
    const forked = start(mm, "resume", "r", "--fork");
    expect((await forked.ended)[0], forked.output().stderr).toBe(0);
    expect(forked.output().stdout).toMatch(/in place of r: 41 partitions, 41 trained/);
    const pinned = start(mm, "resume", "r", "--pinned");
    expect((await pinned.ended)[0], pinned.output().stderr).toBe(0);
    expect(pinned.output().stdout).toContain("Run r: 40 partitions, 40 trained");
  });

  it("is shared by two processes that resume it at once", async () => {
    const mm = await prepare();
    const first = start(mm, "train", "--run-id", "r");
    await until(async () => (await mm.engine.catalog.run("r"))?.state === "running" && (await finished(mm, "r")) >= 1);
    first.child.kill("SIGKILL");
    await first.ended;
    const both = [start(mm, "resume", "r"), start(mm, "resume", "r")];
    for (const { ended, output } of both) {
      expect((await ended)[0], output().stderr).toBe(0);
      expect(output().stdout).toContain("Run r: 40 partitions, 40 trained, 0 failed");
    }
    expect(await runRows(mm, "r")).toHaveLength(40);
  });

  it("in the middle of planning is planned to the end", async () => {
    const mm = await openWorkspace("local");
    await fillDaily(mm, 30, 4);
    const keys = [...(await mm.keys(dailyQuery))].reverse();
    const dying: ManyModel["engine"]["queue"]["enqueue"] = () => new Promise(() => {});
    const { queue } = mm.engine;
    const enqueue = queue.enqueue;
    queue.enqueue = dying;
    void mm
      .foreach({ unit_id: keys })
      .dopar(body("average"), { dataQuery: dailyQuery, modelRunId: "r", chunksPerJob: 4, exports: { add: 2 } });
    await until(async () => (await mm.engine.stage.list("runs/r/tasks/")).length === 4);
    queue.enqueue = enqueue;
    expect((await mm.engine.catalog.run("r"))!.state).toBe("planning");
    const { index } = await mm.runs.resume("r");
    expect(index).toMatchObject({ succeeded: 30, segments: 4 });
    expect((await runRows(mm, "r")).map((row) => row.key[0])).toEqual(keys);
    await expect(mm.runs.resume("none")).rejects.toThrow('no run "none"');
  });
});
