import { afterAll, describe, expect, it, vi } from "vitest";
import { nodeWorkers } from "../../../dist/engines/node/workers.js";

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

  it("ends the threads that it keeps when it is closed", async () => {
    const worker = await workers.start({ module, context: "kept" });
    await worker.release();
    await workers.close();
    await expect(worker.call(null)).rejects.toThrow("was lost");
  });
});
