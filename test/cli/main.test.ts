import { spawnSync } from "node:child_process";
import { existsSync, openSync } from "node:fs";
import { expect, it } from "vitest";
import { BIN } from "../processes.ts";

it.skipIf(!existsSync("/dev/full"))("says in one line that its output cannot be written", () => {
  const { status, stderr } = spawnSync(process.execPath, [BIN, "--help"], {
    stdio: ["ignore", openSync("/dev/full", "w"), "pipe"],
    encoding: "utf8",
  });
  expect(status).toBe(1);
  expect(stderr).toMatch(/^manymodel: standard output cannot be written: ENOSPC: .*\n$/);
});
