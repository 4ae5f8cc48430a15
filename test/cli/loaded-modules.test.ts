import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { BIN } from "../processes.ts";

/** Returns a module hook that records each module that is loaded from a file, a line each. */
const HOOK = (log: string) => `
  import { register } from "node:module";
  const notes = \`import { appendFileSync } from "node:fs";
    export function load(url, context, next) {
      if (url.startsWith("file:")) appendFileSync(${JSON.stringify(log)}, url + "\\\\n");
      return next(url, context);
    }\`;
  register("data:text/javascript," + encodeURIComponent(notes));`;

/** Counted work in place of time: the files that a start takes its modules from. */
it.each([
  { args: ["--help"], atMost: 15 },
  { args: ["status"], atMost: 110 },
])("loads at most $atMost files for $args, and neither DuckDB nor the forecasting library", ({ args, atMost }) => {
  const folder = mkdtempSync(path.join(tmpdir(), "manymodel-loaded-"));
  writeFileSync(path.join(folder, "manymodel.yaml"), "workspace: .manymodel\n");
  const log = path.join(folder, "loaded");
  const hook = `data:text/javascript,${encodeURIComponent(HOOK(log))}`;
  const { status, stderr } = spawnSync(process.execPath, ["--import", hook, BIN, ...args], {
    cwd: folder,
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  expect(status).toBe(0);
  const loaded = readFileSync(log, "utf8").trim().split("\n");
  expect(loaded.length).toBeLessThanOrEqual(atMost);
  const names = loaded.map((url) => path.basename(url));
  expect(names).toContain("main.js");
  expect(names.filter((name) => name.startsWith("duck-api"))).toEqual([]);
  // Each file of the bundle names the modules in it.
  const files = loaded.filter((url) => url.includes("/dist/")).map((url) => readFileSync(new URL(url), "utf8"));
  expect(files.filter((text) => text.includes("// packages/forecast/dist/arima/"))).toEqual([]);
});
