import { describe, expect, it } from "vitest";
import { startCrew } from "../../src/crew/crew.ts";
import { type Worker, WorkerLost, type Workers } from "../../src/ports/workers.ts";

/** Returns workers that answer on demand, with a list of the live ones. */
function observedWorkers() {
  const living = new Set<string>();
  let started = 0;
  const workers: Workers = {
    isGone: () => false,
    parallelism: 1,
    async start() {
      const name = `w${++started}`;
      living.add(name);
      let lose: (error: Error) => void = () => {};
      const worker: Worker = {
        name,
        call: (request) =>
          new Promise((resolve, reject) => {
            if (!living.has(name)) reject(new WorkerLost("terminated"));
            lose = reject;
            if (request === "ok") resolve(name as never);
            if (request === "throw") reject(new Error("thrown"));
            if (request === "crash") {
              living.delete(name);
              reject(new WorkerLost("crashed"));
            }
          }),
        release: () => worker.terminate(),
        async terminate() {
          living.delete(name);
          lose(new WorkerLost("terminated"));
        },
      };
      return worker;
    },
    async close() {},
  };
  return { workers, living, started: () => started };
}
const entry = { module: new URL("data:text/javascript,"), context: null };

describe("crew", () => {
  it("replaces a lost worker at the next call, and keeps one that only threw", async () => {
    const { workers, living } = observedWorkers();
    const crew = await startCrew({ workers, entry }, 1);
    const answers: string[] = [];
    await crew.run(async (member) => {
      await expect(member.call("throw")).rejects.toThrow("thrown");
      answers.push(await member.call<string>("ok"));
      await expect(member.call("crash")).rejects.toThrow(WorkerLost);
      answers.push(await member.call<string>("ok"));
    });
    expect(answers).toEqual(["w1", "w2"]);
    await crew.close();
    expect(living.size).toBe(0);
  });

  it("a member that fails stops the others, leaves no worker, and its error is the answer", async () => {
    const { workers, living, started } = observedWorkers();
    const crew = await startCrew({ workers, entry }, 3);
    let turn = 0;
    await expect(
      crew.run(async (member, signal) => {
        if (turn++ === 0) throw new Error("the first error");
        // Others try again after losing their workers, as those do who retry.
        while (!signal.aborted) await member.call("wait").catch(() => {});
        await member.call("ok").catch(() => {});
      }),
    ).rejects.toThrow("the first error");
    expect(living.size).toBe(0);
    expect(started()).toBe(3);
  });

  it("starts no other worker for work that the first ends in time", async () => {
    const { workers, started } = observedWorkers();
    const crew = await startCrew({ workers, entry }, 3, { done: () => 0, afterMs: 1e9 });
    const names: string[] = [];
    await crew.run(async (member) => void names.push(await member.call<string>("ok")));
    expect(names).toEqual(["w1"]);
    expect(started()).toBe(1);
    await crew.close();
  });

  it("starts no other worker for work of which less remains than one takes to start", async () => {
    const { workers, started } = observedWorkers();
    let looks = 0;
    let end = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const done = () => {
      if (++looks === 5) end();
      // Nothing before the work begins, then all but a thousandth.
      return looks === 1 ? 0 : 0.999;
    };
    const crew = await startCrew({ workers, entry }, 3, { done, afterMs: 1 });
    await crew.run(() => ended);
    expect(started()).toBe(1);
    await crew.close();
  });

  it("lets the others join work in progress, and the next work", async () => {
    const { workers, living } = observedWorkers();
    const crew = await startCrew({ workers, entry }, 3, { done: () => 0, afterMs: 1 });
    for (const _ of [1, 2]) {
      const names = new Set<string>();
      let all = () => {};
      const joined = new Promise<void>((resolve) => {
        all = resolve;
      });
      // Nobody ends before all three have begun.
      await crew.run(async (member) => {
        names.add(await member.call<string>("ok"));
        if (names.size === 3) all();
        await joined;
      });
      expect([...names].sort()).toEqual(["w1", "w2", "w3"]);
    }
    await crew.close();
    expect(living.size).toBe(0);
  });

  it("leaves nothing behind when a worker cannot start", async () => {
    const { workers, living } = observedWorkers();
    let n = 0;
    const failing: Workers = {
      ...workers,
      start: (e) => (++n === 2 ? Promise.reject(new Error("no thread")) : workers.start(e)),
    };
    await expect(startCrew({ workers: failing, entry: entry }, 3)).rejects.toThrow("no thread");
    expect(living.size).toBe(0);
  });
});
