import { spawnSync } from "node:child_process";
import { closeSync, openSync, readdirSync, rmSync, statfsSync, writeFileSync, writeSync } from "node:fs";
import path from "node:path";
import { connect } from "manymodel";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Engine } from "../../src/ports/engine.ts";
import { folderTokens } from "../../src/serving/tokens.ts";
import { writeWhole } from "../../src/stages/whole-file.ts";
import { BIN } from "../processes.ts";
import { body, dailyQuery, fillDaily, runRows, temporaryFolder } from "../workspace.ts";

/** Mounts a small file system of its own; undefined where that is not allowed. */
async function smallDisk(): Promise<string | undefined> {
  const folder = await temporaryFolder();
  if (process.platform !== "linux" || process.getuid?.() !== 0) return undefined;
  if (spawnSync("mount", ["-t", "tmpfs", "-o", "size=8m", "tmpfs", folder]).status !== 0) return undefined;
  onTestFinished(() => void spawnSync("umount", ["-l", folder]));
  return folder;
}

const NEEDS_ROOT = "mounting a small file system needs root on Linux";

/** Makes a workspace of 40 short series on a disk. */
async function workspaceOn(folder: string) {
  const file = path.join(folder, "manymodel.yaml");
  writeFileSync(file, "");
  const mm = await connect(file);
  onTestFinished(() => mm.close());
  await fillDaily(mm, 40, 4);
  return mm;
}

/** Writes until nothing fits any more. */
function fill(file: string): void {
  const handle = openSync(file, "w");
  const block = Buffer.alloc(4096);
  try {
    for (;;) writeSync(handle, block);
  } catch {
    closeSync(handle);
  }
}

describe("a workspace on a disk", () => {
  it("that is full keeps no half of a file", async ({ skip }) => {
    const folder = await smallDisk();
    if (folder === undefined) return skip(NEEDS_ROOT);
    await expect(writeWhole(path.join(folder, "large"), new Uint8Array(9e6))).rejects.toThrow(/ENOSPC/);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("that is full keeps no half of a token, which would shut the door", async ({ skip }) => {
    const folder = await smallDisk();
    if (folder === undefined) return skip(NEEDS_ROOT);
    const tokens = folderTokens(path.join(folder, "tokens"));
    fill(path.join(folder, "full"));
    const create = () => tokens.create({ name: "x", role: "viewer", expiresAt: null }, new Date(0));
    await expect(create()).rejects.toThrow(/cannot write the token .*ENOSPC/);
    expect(tokens.exist()).toBe(false);
    rmSync(path.join(folder, "full"));
    expect(tokens.verify(await create(), new Date(0))).toMatchObject({ name: "x" });
  });

  it("that is full says so, and its run is resumed when there is space again", async ({ skip }) => {
    const folder = await smallDisk();
    if (folder === undefined) return skip(NEEDS_ROOT);
    const mm = await workspaceOn(folder);
    await mm.snapshot(dailyQuery);
    const { stage } = mm.engine;
    const put = stage.put;
    const full = path.join(folder, "full");
    // The disk is full from the second task file on.
    stage.put = async (name, bytes) => {
      if (name.includes("task_0002")) fill(full);
      return put(name, bytes);
    };
    const options = { dataQuery: dailyQuery, chunksPerJob: 4, modelRunId: "r", exports: { add: 1 } };
    const loop = mm.foreachPartition("unit_id");
    await expect(loop.dopar(body("average"), options)).rejects.toThrow(/ENOSPC: no space left on device/);
    expect(statfsSync(folder).bavail).toBe(0);
    stage.put = put;
    rmSync(full);
    const { state } = (await mm.engine.catalog.run("r"))!;
    if (state === "planning") expect((await mm.runs.resume("r")).index).toMatchObject({ succeeded: 40, failed: 0 });
    else await loop.dopar(body("average"), { ...options, modelRunId: "s" });
    expect(await runRows(mm, state === "planning" ? "r" : "s")).toHaveLength(40);
  });

  it.for([
    ["when a chunk is finished", (engine: Engine) => engine.queue, "finish", 4],
    ["when one is claimed", (engine: Engine) => engine.queue, "claim", 4],
    ["when the run is to be completed", (engine: Engine) => engine.catalog, "moveRun", 2],
  ] as const)(
    "that fills up %s stops the run, which uses up no attempt and is resumed",
    async ([, port, method, nth], { skip }) => {
      const folder = await smallDisk();
      if (folder === undefined) return skip(NEEDS_ROOT);
      const mm = await workspaceOn(folder);
      const full = path.join(folder, "full");
      const step = port(mm.engine) as unknown as Record<string, (...args: unknown[]) => unknown>;
      const called = step[method]!;
      let calls = 0;
      step[method] = (...args) => {
        calls += 1;
        if (calls === nth) fill(full);
        return called(...args);
      };
      const training = mm.foreachPartition("unit_id").dopar(body("slow"), {
        dataQuery: dailyQuery,
        chunksPerJob: 20,
        modelRunId: "r",
        workers: 2,
        maxAttempts: 1,
        exports: { ms: 30 },
      });
      await expect(training).rejects.toThrow(/nothing can be written: .*then: manymodel resume r/);
      rmSync(full);
      expect((await mm.engine.queue.counts("r")).chunks.failed).toBe(0);
      expect((await mm.runs.resume("r")).index).toMatchObject({ succeeded: 40, failed: 0 });
    },
  );

  it("that is read-only can be read, and says so in one line when it is to be written", async ({ skip }) => {
    const folder = await smallDisk();
    if (folder === undefined) return skip(NEEDS_ROOT);
    const file = path.join(folder, "manymodel.yaml");
    writeFileSync(file, "");
    // In processes of their own, so that no file is open for writing any more.
    const manymodel = (...args: string[]) =>
      spawnSync(process.execPath, [BIN, ...args], { cwd: folder, encoding: "utf8" });
    writeFileSync(path.join(folder, "a.csv"), "ID,Y\na,1\n");
    expect(manymodel("import", "a.csv", "--table", "A").status).toBe(0);
    expect(spawnSync("mount", ["-o", "remount,ro", folder]).status).toBe(0);
    const read = manymodel("sql", "SELECT Y FROM A", "--json");
    expect([read.status, read.stderr]).toEqual([0, ""]);
    expect(read.stdout).toContain("1");
    expect(manymodel("status").status).toBe(0);
    const { status, stderr } = manymodel("import", "a.csv", "--table", "B");
    expect(status).not.toBe(0);
    expect(stderr).toMatch(/^manymodel: [^\n]*read-?only[^\n]*\n$/);
  });
});
