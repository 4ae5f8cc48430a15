import assert from "node:assert/strict";
import { WorkerLost } from "../ports/workers.ts";
import { type Harness, type OpenEngine, onEngine } from "./harness.ts";

/** The limits of an engine's workers, each with its reason. */
export interface WorkersLimits {
  readonly noIsolation?: string;
}

/** A worker module: answers numbers with their double, and can be told to misbehave. */
const MODULE = new URL(
  `data:text/javascript,${encodeURIComponent(`
  export async function start(context) {
    return async (request) => {
      if (request === "throw") throw new Error("thrown inside");
      if (request === "exit") process.exit(3);
      if (request === "abort") process.kill(process.pid, "SIGABRT");
      if (request === "hoard") for (const all = []; ; ) all.push(new Array(1e5).fill(Math.random()));
      if (request === "hang") return new Promise(() => {});
      if (request === "loop") for (;;);
      return { answer: request.value * 2, context };
    };
  }`)}`,
);

/** Tests every engine's workers. */
export function workersContract(harness: Harness, open: OpenEngine, limits: WorkersLimits = {}): void {
  harness.describe("workers", () => {
    const test = onEngine(harness, open);
    const entry = { module: MODULE, context: { name: "é" } };
    test("answer requests with plain data", async ({ workers }) => {
      assert.ok(workers.parallelism >= 1);
      const worker = await workers.start(entry);
      assert.deepEqual(await worker.call({ value: 21 }), { answer: 42, context: { name: "é" } });
      await worker.terminate();
    });
    test("pass on what was thrown and live on", async ({ workers }) => {
      const worker = await workers.start(entry);
      await assert.rejects(worker.call("throw"), { message: "thrown inside" });
      assert.deepEqual(await worker.call({ value: 1 }), { answer: 2, context: { name: "é" } });
      await worker.terminate();
    });
    test("may be prepared, and are then the next that is started; one that is never taken ends with the others", async ({
      workers,
    }) => {
      workers.prepare?.(entry);
      workers.prepare?.(entry);
      const both = await Promise.all([workers.start(entry), workers.start(entry)]);
      assert.equal(new Set(both.map(({ name }) => name)).size, 2);
      for (const worker of both) {
        assert.deepEqual(await worker.call({ value: 2 }), { answer: 4, context: { name: "é" } });
        await worker.terminate();
      }
      const bad = { ...entry, module: new URL("data:text/javascript,throw new Error('no such luck')") };
      workers.prepare?.(bad);
      await assert.rejects(workers.start(bad), /no such luck/);
      workers.prepare?.(bad);
      workers.prepare?.(entry);
    });
    test("are lost when terminated, and say so to whoever waits or asks later", async ({ workers }) => {
      const worker = await workers.start(entry);
      const waiting = assert.rejects(worker.call("hang"), WorkerLost);
      await worker.terminate();
      await waiting;
      await assert.rejects(worker.call({ value: 1 }), WorkerLost);
    });
    if (limits.noIsolation === undefined) {
      test("are lost alone when their code ends the worker or never returns", async ({ workers }) => {
        const [a, b] = [await workers.start(entry), await workers.start(entry)];
        await assert.rejects(a.call("exit"), WorkerLost);
        assert.deepEqual(await b.call({ value: 3 }), { answer: 6, context: { name: "é" } });
        const looping = assert.rejects(b.call("loop"), WorkerLost);
        await b.terminate();
        await looping;
      });
      test("are lost alone, isolated, even when their code ends the process", async ({ workers }) => {
        const isolated = { ...entry, isolated: true, memoryMb: 32 };
        const [a, b] = [await workers.start(isolated), await workers.start(isolated)];
        assert.deepEqual(await a.call({ value: 21 }), { answer: 42, context: { name: "é" } });
        await assert.rejects(a.call("throw"), { message: "thrown inside" });
        await assert.rejects(a.call("abort"), WorkerLost);
        await assert.rejects(b.call("hoard"), (error) => error instanceof WorkerLost && error.outOfMemory);
        const c = await workers.start(isolated);
        const looping = assert.rejects(c.call("loop"), WorkerLost);
        await c.terminate();
        await looping;
      });
    }
  });
}
