import assert from "node:assert/strict";
import { WorkerLost } from "../ports/workers.ts";
import { type Harness, type OpenEngine, onEngine } from "./harness.ts";

/** What an engine's workers cannot do, each with its reason. */
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
      if (request === "hang") return new Promise(() => {});
      if (request === "loop") for (;;);
      return { answer: request.value * 2, context };
    };
  }`)}`,
);

/** What every engine's workers do. */
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
    }
  });
}
