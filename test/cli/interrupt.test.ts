import { writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { start, until } from "../processes.ts";
import { body, fillDaily, openWorkspace } from "../workspace.ts";

it.each(["tasks", "queue"])(
  "an interrupted training in mode %s prints the next step, ends as by the signal, and resumes",
  async (mode) => {
    const mm = await openWorkspace("local");
    await fillDaily(mm, 20, 3);
    const lines = (ms: number) =>
      [
        "source: { table: SALES, partition_by: UNIT_ID, order_by: OBS_DATE }",
        `model: ${JSON.stringify(fileURLToPath(body("slow")))}`,
        `train: { mode: ${mode}, workers: 1, chunks_per_job: 20, exports: { ms: ${ms} } }`,
      ].join("\n");
    const config = path.join(mm.config.directory, "manymodel.yaml");
    await writeFile(config, lines(300));
    const { child, ended, output } = start(mm, "train", "--run-id", "stopped");
    await until(async () => (await mm.engine.catalog.run("stopped"))?.state === "running");
    await until(async () => (await mm.engine.queue.counts("stopped")).chunks.finished > 0);
    child.kill("SIGINT");
    expect(await ended).toEqual([null, "SIGINT"]);
    expect(output().stderr).toContain(
      'manymodel: stopped; finished chunks are kept: "manymodel status" names the run, and "manymodel resume RUN" continues it\n',
    );
    const before = (await mm.engine.queue.counts("stopped")).partitionsFinished;
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(20);
    const again = start(mm, "resume", "stopped");
    expect((await again.ended)[0], again.output().stderr).toBe(0);
    expect((await mm.engine.catalog.run("stopped"))!.index).toMatchObject({ succeeded: 20 });
  },
);
