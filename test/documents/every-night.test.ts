import { spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { parseConfig } from "../../src/config/load.ts";
import { root } from "./pages.ts";

const folder = path.join(root, "examples", "every-night");
const read = (name: string) => readFile(path.join(folder, name), "utf8");
/** Returns the reason why a program is missing; undefined if it is here. */
const isMissing = (program: string) => spawnSync(program, ["--version"]).error !== undefined;
const run = (program: string, ...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: folder, encoding: "utf8" });
  return { status, printed: `${stdout}${stderr}` };
};

describe("the recipes for every night", () => {
  it("are configuration, cron and YAML as these are read", async () => {
    const config = await parseConfig(await read("manymodel.yaml"), "manymodel.yaml");
    expect(config.pipeline).toMatchObject({
      import: { files: ["inbox/*.csv"] },
      promote: { metric: "wape", at_most: 1.02, max_failed: 0.01, max_outside: 0.5 },
      export: [{ table: "FORECASTS", to: "forecasts.csv" }],
    });
    const lines = (await read("crontab")).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    for (const line of lines) expect(line).toMatch(/^([\d*,/-]+ ){5}\S/);
    const { on, jobs } = parse(await read("github.yml"));
    expect(on.schedule[0].cron.split(" ")).toHaveLength(5);
    expect(jobs.night.steps.some((step: { run?: string }) => step.run === "npx manymodel pipeline run")).toBe(true);
    expect(parse(await read("dbt_sources.yml")).sources[0].tables[0].name).toBe("FORECASTS");
  });

  it("are shell that bash reads", () => {
    expect(run("bash", "-n", "dbt_night.sh")).toEqual({ status: 0, printed: "" });
  });

  it.skipIf(isMissing("shellcheck"))("are shell that shellcheck has nothing against", () => {
    expect(run("shellcheck", "dbt_night.sh")).toEqual({ status: 0, printed: "" });
  });

  it.skipIf(isMissing("python3"))("are Python that compiles", () => {
    const compile = "import ast, sys; [ast.parse(open(name).read(), name) for name in sys.argv[1:]]";
    expect(run("python3", "-c", compile, "airflow_night.py", "dagster_night.py")).toEqual({ status: 0, printed: "" });
  });

  it.skipIf(isMissing("systemd-analyze"))("are units that systemd-analyze verifies", () => {
    const { printed } = run(
      "systemd-analyze",
      "verify",
      "--man=no",
      "./manymodel-night.service",
      "./manymodel-night.timer",
    );
    expect(printed.split("\n").filter((line) => line.includes("manymodel-night"))).toEqual([]);
  });
});
