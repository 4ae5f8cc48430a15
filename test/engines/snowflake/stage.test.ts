import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import { mountedStage } from "../../../src/engines/snowflake/stage.ts";
import type { Stage } from "../../../src/ports/stage.ts";
import { temporaryFolder } from "../../workspace.ts";

/** Returns a stage that lists a file only from its n-th request on. */
function late(looks: number): Stage {
  let looked = 0;
  return {
    put: async () => {},
    get: async () => new Uint8Array(),
    list: async (prefix) => (looked++ < looks ? [] : [prefix]),
    remove: async () => 0,
  };
}

it("writes a file to the mount, and is done when the stage lists it", async () => {
  const mount = await temporaryFolder();
  const waits: number[] = [];
  await mountedStage(mount, late(3), async (ms) => void waits.push(ms)).put("runs/r/a", Uint8Array.of(7));
  expect([...(await readFile(path.join(mount, "runs/r/a")))]).toEqual([7]);
  expect(waits).toEqual([50, 100, 200]);
});

it("fails if the stage does not list it within a minute", async () => {
  let waited = 0;
  const wait = async (ms: number) => {
    waited += ms;
  };
  const stage = mountedStage(await temporaryFolder(), late(Number.POSITIVE_INFINITY), wait);
  await expect(stage.put("a", new Uint8Array())).rejects.toThrow(
    /does not list a, 60 s after it was written to .*check/,
  );
  expect(waited).toBeGreaterThanOrEqual(60_000);
});
