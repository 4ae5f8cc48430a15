import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { expect, it, onTestFinished } from "vitest";
import { dropName, isGone, takeName } from "../../../src/engines/node/worker-names.ts";

it("a worker of this process is gone when it has ended, one of elsewhere never known to be", () => {
  const name = takeName();
  expect(isGone(name)).toBe(false);
  dropName(name);
  expect(isGone(name)).toBe(true);
  expect(isGone("elsewhere.1.1")).toBe(false);
});

it.skipIf(!existsSync("/proc/self/stat"))("a process that ended, but that nobody asked for, is gone", async () => {
  // The shell becomes a program that never waits for the child it has.
  const parent = spawn("sh", ["-c", "sleep 0.2 & echo $!; exec sleep 60"], { stdio: ["ignore", "pipe", "ignore"] });
  onTestFinished(() => void parent.kill("SIGKILL"));
  const [printed] = (await once(parent.stdout, "data")) as [Buffer];
  const first = takeName();
  const name = first.replace(`.${process.pid}.`, `.${String(printed).trim()}.`);
  expect(isGone(name)).toBe(false);
  await expect.poll(() => isGone(name)).toBe(true);
});
