import { writeFile } from "node:fs/promises";
import { expect, it, onTestFinished } from "vitest";
import { startDashboard } from "../../../dist/dashboard/server.js";
import { until } from "../../processes.ts";
import { bearer, gateOf } from "../../serving/serving.ts";
import { body, dailyQuery, fillDaily, openWorkspace, runRows } from "../../workspace.ts";
import { launch, NO_BROWSER, openTab, violations } from "../browser.ts";

const YAML =
  'source: { table: SALES, partition_by: UNIT_ID, order_by: OBS_DATE, target: "Y" }\nmodel: naive\nrefine: { candidates: [drift, mean], windows: 1 }\n';

it.skipIf(NO_BROWSER !== undefined)(
  "an operator refines the worst partition of a run and sees the new run come, a viewer has no button",
  async () => {
    const mm = await openWorkspace("local", YAML);
    await fillDaily(mm, 3, 100);
    await mm.train("naive", { runId: "first" });
    const tokenOf = async (role: "viewer" | "operator", name: string) =>
      (await bearer(mm, role, name)).Authorization.replace("Bearer ", "");
    const [viewer, operator] = [await tokenOf("viewer", "vera"), await tokenOf("operator", "ann")];
    const { url, close } = await startDashboard(mm, { host: "127.0.0.1", port: 0 });
    onTestFinished(close);
    const browser = await launch();
    onTestFinished(() => browser.close());
    const look = await openTab(browser, { dark: true, phone: true, token: viewer });
    await look.goto(`${url}/runs/first`);
    await look.getByText("Starting commands takes an operator").waitFor();
    expect(await look.getByRole("button", { name: "Retrain" }).count()).toBe(0);

    const tab = await openTab(browser, { token: operator });
    await tab.goto(`${url}/runs/first/partitions`);
    await tab.getByRole("button", { name: "Refine the worst" }).click();
    const dialog = tab.getByRole("dialog");
    await dialog.getByLabel("Partitions").fill("1");
    expect(await violations(tab)).toEqual([]);
    await dialog.getByRole("button", { name: "Refine the worst" }).click();
    await tab.getByText(/^Started manymodel refine --from first .*--worst 1\./).waitFor();
    expect(await violations(tab)).toEqual([]);
    await tab.getByRole("status").getByRole("link", { name: "log" }).click();
    await tab.getByText(/1 refined/).waitFor();
    expect(await violations(tab)).toEqual([]);
    await tab.getByRole("link", { name: "Logs", exact: true }).click();
    await tab.getByRole("row", { name: /^refine/ }).waitFor();
    await tab.goto(`${url}/runs`);
    // The list of runs is live: the run of the other process appears by itself.
    await tab.getByText("refines first").waitFor();
    await until(async () => (await mm.runs.list()).every(({ state }) => state === "completed"), 200);
    const refined = (await mm.runs.list()).find(({ runId }) => runId !== "first");
    expect(await runRows(mm, refined?.runId ?? "")).toHaveLength(1);
    expect((await mm.models.audit()).at(-1)).toMatchObject({ action: "start-command", by: "ann" });
  },
);

it.skipIf(NO_BROWSER !== undefined)("a run in progress is cancelled on its page", async () => {
  const mm = await openWorkspace("local", YAML);
  await fillDaily(mm, 8, 5);
  const gate = gateOf(mm);
  const exports = { ms: 0, gate };
  const options = { dataQuery: dailyQuery, modelRunId: "slow", mode: "queue", chunks: 8, workers: 1, exports } as const;
  const run = mm.foreachPartition("unit_id").dopar(body("slow"), options);
  const { url, close } = await startDashboard(mm, { host: "127.0.0.1", port: 0 });
  onTestFinished(close);
  const browser = await launch();
  onTestFinished(() => browser.close());
  await until(async () => (await mm.runs.list()).some(({ state }) => state === "running"), 200);
  const tab = await openTab(browser);
  await tab.goto(`${url}/runs/slow`);
  await tab.getByRole("button", { name: "Cancel the run" }).click();
  await tab.getByRole("dialog").getByRole("button", { name: "Cancel the run" }).click();
  await tab.getByText("slow is cancelled: chunks that have started will finish.").waitFor();
  await writeFile(gate, "");
  const { index } = await run;
  expect(index.skipped).toBeGreaterThan(0);
  // The page notices by itself.
  await tab.locator(".state", { hasText: "cancelled" }).waitFor();
});

it.skipIf(NO_BROWSER !== undefined)(
  "the page scores a version, and promotes it only if it passes the gate",
  async () => {
    const mm = await openWorkspace("local", `${YAML}train: { horizon: 7, holdout: 7 }\nregister: { model: M }\n`);
    // Series that rise: the mean is worse than the drift on every one of them.
    await fillDaily(mm, 3, 40);
    for (const method of ["naive", "drift", "mean"]) await mm.models.register({ run: await mm.train(method) });
    await mm.models.setAlias("M", "champion", "V1");
    const { url, close } = await startDashboard(mm, { host: "127.0.0.1", port: 0 });
    onTestFinished(close);
    const browser = await launch();
    onTestFinished(() => browser.close());
    const tab = await openTab(browser);
    const start = async (version: string, label: string) => {
      await tab.goto(`${url}/registry/M?version=${version}`);
      await tab.getByRole("button", { name: label }).click();
      await tab.getByRole("dialog").getByRole("button", { name: label }).click();
      await tab.getByRole("status").getByRole("link", { name: "log" }).click();
    };
    const champion = async () =>
      (await mm.registry.showAliases("M")).find(({ alias }) => alias === "champion")?.version;
    await start("V2", "Score V2");
    await tab.getByText(/V2 scored 3 partitions/).waitFor();
    const versions = await mm.engine.tables.query("SELECT DISTINCT MODEL_VERSION FROM FORECAST_RESULTS", [], 9);
    expect(versions.rows).toEqual([["V2"]]);
    await start("V2", "Promote V2 to champion");
    await tab.getByText(/champion is V2, with .* times the wape of V1/).waitFor();
    expect(await champion()).toBe("V2");
    await start("V3", "Promote V3 to champion");
    await tab.getByText(/V3 does not replace V2 as champion/).waitFor();
    expect(await champion()).toBe("V2");
  },
);
