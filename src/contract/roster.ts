import assert from "node:assert/strict";
import { type Harness, type OpenEngine, onEngine } from "./harness.ts";

const HOUR = 3_600_000;

/** Tests every roster. */
export function rosterContract(harness: Harness, open: OpenEngine): void {
  harness.describe("roster", () => {
    const test = onEngine(harness, open);
    const names = (workers: readonly { name: string }[]) => workers.map(({ name }) => name);
    test("lists alive workers until they leave", async ({ roster }) => {
      await roster.join({ name: "a", run: null }, HOUR);
      await roster.join({ name: "b", run: "r" }, HOUR);
      const [a, b] = await roster.alive();
      assert.deepEqual([a?.name, a?.run, a?.stopping], ["a", null, false]);
      assert.deepEqual([b?.name, b?.run], ["b", "r"]);
      assert.ok(!Number.isNaN(Date.parse(a?.startedAt ?? "")));
      await roster.leave("a");
      assert.deepEqual(names(await roster.alive()), ["b"]);
    });
    test("a worker that was silent too long is gone, and its name free", async ({ roster }) => {
      await roster.join({ name: "a", run: null }, 0);
      assert.deepEqual(await roster.alive(), []);
      assert.equal(await roster.beat("a", HOUR), false);
      await roster.join({ name: "a", run: null }, HOUR);
      await assert.rejects(roster.join({ name: "a", run: null }, HOUR), /worker called a is at work already/);
    });
    test("a beat keeps a worker, and tells it when to stop", async ({ roster }) => {
      await roster.join({ name: "a", run: null }, HOUR);
      await roster.join({ name: "b", run: null }, HOUR);
      assert.equal(await roster.beat("a", HOUR), true);
      assert.equal(await roster.stop(["a", "nobody"]), 1);
      assert.equal(await roster.beat("a", HOUR), false);
      assert.equal(await roster.beat("b", HOUR), true);
      assert.deepEqual(
        (await roster.alive()).map(({ stopping }) => stopping),
        [true, false],
      );
      assert.equal(await roster.beat("nobody", HOUR), false);
    });
  });
}
