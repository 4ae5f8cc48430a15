import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../workspace.ts";

const program = fileURLToPath(new URL("end-while-reading.mjs", import.meta.url));

describe("a thread that is reading through DuckDB", () => {
  it.each([
    ["terminate", 5, { status: 0, stdout: "5 ended\n", stderr: "" }],
    ["exit", 1, { status: 7, stdout: "", stderr: "" }],
  ])("ends by %s without the process", async (how, times, ended) => {
    const done = spawnSync(process.execPath, [program, how, String(times), await temporaryFolder()], {
      encoding: "utf8",
    });
    expect(done).toMatchObject(ended);
  });
});
