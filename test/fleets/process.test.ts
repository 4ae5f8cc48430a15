import { readdir } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { processFleet } from "../../src/fleets/process.ts";
import { until } from "../processes.ts";
import { body, dailyQuery, fillDaily, openWorkspace, runRows, temporaryFolder } from "../workspace.ts";

const options = { dataQuery: dailyQuery, chunksPerJob: 4 };

describe("a fleet of processes", () => {
  it("trains a run, in tasks and in queue mode, and ends with it", async () => {
    const mm = await openWorkspace("local", "fleet: { launcher: process, workers: 1, poll: 100ms }\n");
    await fillDaily(mm, 8, 3);
    for (const mode of ["tasks", "queue"] as const) {
      const { index } = await mm
        .foreachPartition("unit_id")
        .dopar(body("average"), { ...options, mode, modelRunId: mode, fleet: true });
      expect(index).toMatchObject({ succeeded: 8, failed: 0 });
      expect(await runRows(mm, mode)).toHaveLength(8);
    }
    await until(async () => (await mm.engine.roster.alive()).length === 0);
  });

  it("says why workers that have all ended did, and leaves the run to be resumed", async () => {
    const mm = await openWorkspace(
      "local",
      `fleet: { launcher: process, workers: 1, poll: 50ms, command: [node, -e, "console.error('no such module'); process.exit(3)", --] }\n`,
    );
    await fillDaily(mm, 4, 3);
    await expect(
      mm.foreachPartition("unit_id").dopar(body("average"), { ...options, modelRunId: "r", fleet: true }),
    ).rejects.toThrow(
      /the workers of job \S+ have all ended, but run r has not: worker-\S+\.log: no such module; fix that/,
    );
    expect((await mm.runs.resume("r", { workers: 1 })).index).toMatchObject({ succeeded: 4 });
  });

  it("knows how its own jobs stand, and ends them", async () => {
    const logs = await temporaryFolder();
    const fleet = processFleet({ command: [process.execPath, "-e"], logs });
    const id = await fleet.launch({ name: "r", kind: "workers", count: 2, args: ["setInterval(() => {}, 1000)"] });
    onTestFinished(() => fleet.cancel(id));
    expect(await fleet.status(id)).toMatchObject({ running: 2 });
    expect(await readdir(path.join(logs, "r"))).toHaveLength(2);
    await fleet.cancel(id);
    await until(async () => (await fleet.status(id)).running === 0);
    expect(await processFleet({ command: ["x"], logs }).status(id)).toMatchObject({ running: 0, failed: 0 });
  });
});
