import { spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { nodeWorkers } from "../../../dist/engines/node/workers.js";
import { temporaryFolder } from "../../workspace.ts";

/** A worker module that counts its starts and the requests since, and never answers "hang". */
const module = new URL(
  `data:text/javascript,${encodeURIComponent(`
  let starts = 0;
  export async function start() {
    starts++;
    let requests = 0;
    return (request) => (request === "hang" ? new Promise(() => {}) : Promise.resolve([starts, ++requests]));
  }`)}`,
);

describe("nodeWorkers", () => {
  const workers = nodeWorkers();
  afterAll(() => workers.close());

  it("starts the same entry again in a released thread, under another name", async () => {
    const first = await workers.start({ module, context: "a" });
    expect(await first.call(null)).toEqual([1, 1]);
    await first.release();
    expect(workers.isGone(first.name)).toBe(true);
    const [second, other] = [
      await workers.start({ module, context: "a" }),
      await workers.start({ module, context: "b" }),
    ];
    expect(workers.isGone(second.name)).toBe(false);
    expect([await second.call(null), await other.call(null)]).toEqual([
      [2, 1],
      [1, 1],
    ]);
    await Promise.all([second.terminate(), other.terminate()]);
  });

  it("ends a released thread that still works, and one of its own process", async () => {
    const busy = await workers.start({ module, context: "busy" });
    const lost = expect(busy.call("hang")).rejects.toThrow("was lost");
    await busy.release();
    await lost;
    const isolated = await workers.start({ module, context: "busy", isolated: true });
    await isolated.release();
    await expect(isolated.call(null)).rejects.toThrow("was lost");
  });

  it("starts another thread while one that was kept long enough ends", async () => {
    const worker = await workers.start({ module, context: "retired" });
    vi.useFakeTimers({ toFake: ["setTimeout"] });
    try {
      await worker.release();
      vi.advanceTimersByTime(60_000);
    } finally {
      vi.useRealTimers();
    }
    const next = await workers.start({ module, context: "retired" });
    expect(await next.call(null)).toEqual([1, 1]);
    await next.terminate();
  });

  it("takes a prepared thread for the next start, and no other", async () => {
    workers.prepare!({ module, context: "early" });
    workers.prepare!({ module, context: "early" });
    const both = [await workers.start({ module, context: "early" }), await workers.start({ module, context: "early" })];
    for (const worker of both) expect(await worker.call(null)).toEqual([1, 1]);
    await Promise.all(both.map((worker) => worker.terminate()));
  });

  it("tries again where a prepared thread could not start", async () => {
    const file = path.join(await temporaryFolder(), "there");
    const code = `import { existsSync } from "node:fs";
      if (!existsSync(${JSON.stringify(file)})) throw new Error("the file is not there");
      export const start = async () => async () => "started";`;
    const entry = { module: new URL(`data:text/javascript,${encodeURIComponent(code)}`), context: null };
    workers.prepare!(entry);
    await expect(workers.start(entry)).rejects.toThrow("the file is not there");
    await writeFile(file, "");
    workers.prepare!(entry);
    const worker = await workers.start(entry);
    expect(await worker.call(null)).toBe("started");
    await worker.terminate();
  });

  it("keeps no process from ending by a thread that was prepared and never taken", () => {
    const program = `
      import { nodeWorkers } from ${JSON.stringify(new URL("../../../dist/engines/node/workers.js", import.meta.url).href)};
      nodeWorkers().prepare({ module: new URL(${JSON.stringify(module.href)}), context: null });`;
    expect(spawnSync(process.execPath, ["--input-type=module", "-e", program]).status).toBe(0);
  });

  it("is closed even if a prepared thread never gets ready", async () => {
    const code = "setInterval(() => {}, 1000); export const start = () => new Promise(() => {});";
    const others = nodeWorkers();
    others.prepare!({ module: new URL(`data:text/javascript,${encodeURIComponent(code)}`), context: null });
    await others.close();
  });

  it("ends the threads that it keeps when it is closed", async () => {
    const worker = await workers.start({ module, context: "kept" });
    await worker.release();
    await workers.close();
    await expect(worker.call(null)).rejects.toThrow("was lost");
  });
});
