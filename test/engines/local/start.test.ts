import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";

/**
 * Returns the parts of DuckDB that a process has loaded after some statements, with the engine opened in its folder as
 * `engine`.
 */
function loadedAfter(statements: string): string[] {
  const program = `
    import Module from "node:module";
    import { mkdtempSync, rmSync } from "node:fs";
    import { tmpdir } from "node:os";
    import path from "node:path";
    import { openLocalEngine } from "manymodel/engines/local";
    const folder = mkdtempSync(path.join(tmpdir(), "manymodel-test-"));
    const engine = await openLocalEngine(folder);
    ${statements}
    await engine.close();
    rmSync(folder, { recursive: true });
    console.log(JSON.stringify(Object.keys(Module._cache).filter((name) => name.includes("duckdb"))));`;
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8" });
  expect(stderr).toBe("");
  return JSON.parse(stdout);
}

it("is open, and knows runs, without DuckDB, which is most of what a start takes", () => {
  expect(loadedAfter("await engine.catalog.runs(); await engine.stage.list('');")).toEqual([]);
  expect(loadedAfter("await engine.tables.query('SELECT 1', [], 1);")).not.toEqual([]);
});
