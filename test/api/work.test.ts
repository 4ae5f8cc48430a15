import { expect, it } from "vitest";
import { startWork } from "../../src/api/work.ts";

it("gives the newest progress at each step, ends with the work, and gives its result", async () => {
  let report: (done: number) => void = () => {};
  let finish: (result: string) => void = () => {};
  const updates: number[] = [];
  const work = startWork<string>(
    (onProgress) => {
      report = (done) => onProgress({ total: 9, done, failed: 0 });
      return new Promise((resolve) => {
        finish = resolve;
      });
    },
    ({ done }) => updates.push(done),
  );
  const steps = work[Symbol.asyncIterator]();
  report(1);
  report(2);
  expect((await steps.next()).value).toMatchObject({ done: 2 });
  const next = steps.next();
  report(5);
  expect((await next).value).toMatchObject({ done: 5 });
  report(9);
  finish("all");
  expect((await steps.next()).value).toMatchObject({ done: 9 });
  expect(await steps.next()).toEqual({ done: true, value: undefined });
  expect(await work).toBe("all");
  expect(updates).toEqual([1, 2, 5, 9]);
});

it("throws the work's error in the iteration", async () => {
  const work = startWork(async () => {
    throw new Error("no disk");
  });
  await expect(async () => {
    for await (const _ of work);
  }).rejects.toThrow("no disk");
});
