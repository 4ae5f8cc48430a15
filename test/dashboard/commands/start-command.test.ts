import { readFile } from "node:fs/promises";
import { expect, it, onTestFinished } from "vitest";
import { commandArguments } from "../../../dist/dashboard/commands/start-command.js";
import { startDashboard } from "../../../dist/dashboard/server.js";
import { start, until } from "../../processes.ts";
import { asking, bearer } from "../../serving/serving.ts";
import { fillDaily, openWorkspace } from "../../workspace.ts";

it("only commands of the list start, and a value is one argument", () => {
  expect(commandArguments({ command: "refine", run: "first", worst: 30 }).join(" ")).toBe(
    "refine --from first --worst 30",
  );
  const byMetric = (metric: string) => commandArguments({ command: "refine", run: "first", metric }).join(" ");
  expect(byMetric("holdout_mae")).toBe("refine --from first --by metric --metric holdout_mae");
  expect(byMetric("lost_value")).toBe("refine --from first --by value");
  expect(commandArguments({ command: "score", version: "V2" })).toEqual(["batch", "--model-version", "V2"]);
  const where = commandArguments({
    ...{ command: "refine", run: "first" },
    attributes: { category: "Toys'; DROP TABLE x", 'st"ore': "" },
  });
  expect(where.slice(3)).toEqual([
    "--where",
    `CAST("category" AS VARCHAR) = 'Toys''; DROP TABLE x' AND "st""ore" IS NULL`,
  ]);
  expect(commandArguments({ command: "promote", model: "M", version: "V2", alias: "champion" }).join(" ")).toBe(
    "promote --model M --model-version V2 --alias champion",
  );
  expect(() => commandArguments({ command: "promote", model: "M" })).toThrow("needs a model");
  for (const command of ["rm", "sql", "toString", "train; rm -rf /"])
    expect(() => commandArguments({ command })).toThrow(/cannot be started here/);
  for (const run of ["--config=x", "$(reboot)", "a b"])
    expect(() => commandArguments({ command: "refine", run })).toThrow();
});

const YAML = 'source: { table: SALES, partition_by: UNIT_ID, order_by: OBS_DATE, target: "Y" }\nmodel: naive\n';

it("a command that the page starts survives its server, and is in the audit log", async () => {
  const mm = await openWorkspace("local", YAML);
  await fillDaily(mm, 4, 30);
  const viewer = await bearer(mm, "viewer", "vera");
  const operator = await bearer(mm, "operator", "ann");
  const { child, output, ended } = start(mm, "ui", "--port", "0", "--json");
  await until(async () => output().stdout.trim().endsWith("}"));
  const ask = asking(JSON.parse(output().stdout));
  expect((await ask("POST /v1/commands", { command: "train" }, viewer)).status).toBe(403);
  expect((await ask("POST /v1/commands", { command: "gc" }, operator)).status).toBe(400);
  const { status, body } = await ask("POST /v1/commands", { command: "train" }, operator);
  expect({ status, command: body.command }).toEqual({ status: 200, command: "manymodel train" });
  child.kill("SIGKILL");
  await ended;
  await until(async () => (await mm.runs.list()).some(({ state }) => state === "completed"), 200);
  await until(async () => (await readFile(body.log, "utf8")).includes("4 trained"), 100);
  // The log is also read through the page, by its name alone.
  const { url, close } = await startDashboard(mm, { host: "127.0.0.1", port: 0 });
  onTestFinished(close);
  const read = asking({ url });
  const logs = await read("GET /api/logs", undefined, operator);
  expect(logs.body.logs).toMatchObject([{ name: body.logName, command: "train" }]);
  const log = await read(`GET /api/logs/${body.logName}`, undefined, operator);
  expect(log.body).toMatchObject({ isWhole: true, text: expect.stringContaining("4 trained") });
  expect((await read(`GET /api/logs/${body.logName}`, undefined, viewer)).status).toBe(403);
  for (const name of ["..%2Fmanymodel.yaml", "manymodel.yaml", "train-2026-01-01T00-00-00-000Z.log"])
    expect((await read(`GET /api/logs/${name}`, undefined, operator)).status).toBe(404);
  const [entry] = (await mm.models.audit()).filter(({ action }) => action === "start-command");
  expect(entry).toMatchObject({ by: "ann", details: { command: "manymodel train" } });
});

it("a run is cancelled in the caller's name", async () => {
  const mm = await openWorkspace("local", YAML);
  await fillDaily(mm, 1, 30);
  const run = await mm.train("naive");
  const { url, close } = await startDashboard(mm, { host: "127.0.0.1", port: 0 });
  onTestFinished(close);
  const { status } = await asking({ url })(`POST /v1/commands/cancel/${run.runId}`, {});
  // A completed run has nothing to cancel; who asked is in the log all the same.
  expect([200, 409]).toContain(status);
  expect((await mm.models.audit()).at(-1)).toMatchObject({ action: "cancel-run", details: { run: run.runId } });
});
