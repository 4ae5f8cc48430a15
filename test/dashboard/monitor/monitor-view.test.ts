import { expect, it, onTestFinished } from "vitest";
import { startDashboard } from "../../../dist/dashboard/server.js";
import type { MonitorDetail } from "../../../src/dashboard/wire.ts";
import { openWorkspace } from "../../workspace.ts";
import { launch, NO_BROWSER, openTab, violations } from "../browser.ts";
import { fillSales, SALES_YAML } from "../monitored.ts";

const forecaster = new URL("../../../src/model/builtin/forecaster.ts", import.meta.url);

it("shows errors, coverage and drifting series, once there was monitoring", async ({ skip }) => {
  const mm = await openWorkspace("local", SALES_YAML);
  await fillSales(mm, 20);
  const exports = { method: "mean", target: "qty", period: 1, horizon: 12, holdout: 4 };
  const run = await mm.foreachPartition("unit_id").dopar(forecaster, { exports, modelRunId: "first", workers: 1 });
  await mm.registry.logManyModel({ name: "M", version: "V1", run, horizon: 12 });
  await mm.registry.runBatch({ model: "M", version: "V1", inputTable: "SALES" });
  const { url, close } = await startDashboard(mm, {
    host: "127.0.0.1",
    port: 0,
    onError: (thrown) => console.error(thrown),
  });
  onTestFinished(close);
  const read = async () =>
    ((await (await fetch(`${url}/api/monitor`)).json()) as { monitor: MonitorDetail | null }).monitor;
  expect(await read()).toBeNull();
  await fillSales(mm, 32);
  await mm.monitor();
  const monitor = (await read())!;
  expect(monitor).toMatchObject({ model: "M", version: "V1", levels: [80, 95] });
  expect(monitor.verdicts).toEqual([
    { verdict: "drift", count: 1 },
    { verdict: "ok", count: 2 },
  ]);
  expect(monitor.days).toHaveLength(12);
  // Errors of 1, 20 and 1 over the holdout's mean absolute error of 1; the intervals hold two of three.
  expect(monitor.days[0]?.scaledError).toBeCloseTo(22 / 3, 9);
  expect(monitor.days[0]?.coverage[1]).toBeCloseTo(200 / 3, 9);
  expect((await fetch(`${url}/api/monitor?model=N`)).status).toBe(404);
  expect((await fetch(`${url}/api/monitor/partitions?model=M&version=V1&verdict=bad`)).status).toBe(400);

  // Of a patched version, the models that were not replaced go on where they were; B begins anew.
  await mm.foreach({ unit_id: ["B"] }).dopar(forecaster, { exports, modelRunId: "better", workers: 1 });
  await mm.models.patch({ model: "M", run: "better" });
  await mm.registry.runBatch({ model: "M", version: "V2", inputTable: "SALES" });
  await mm.monitor();
  const patched = (await read())!;
  expect(patched.version).toBe("V2");
  expect(patched.days.map(({ forecasts }) => forecasts)).toEqual(new Array(12).fill(2));
  expect(patched.days[0]?.scaledError).toBeCloseTo(1, 9);
  if (NO_BROWSER !== undefined) return skip(NO_BROWSER);
  const browser = await launch();
  onTestFinished(() => browser.close());
  const tab = await openTab(browser, { dark: true, phone: true });
  await tab.goto(`${url}/monitor`);
  await tab.getByText("Accuracy over time").waitFor();
  await tab.getByText("1 of 3 partitions").waitFor();
  await tab.getByRole("combobox", { name: "Verdict" }).selectOption("any");
  await tab.getByText("3 of 3 partitions").waitFor();
  await tab.getByRole("searchbox").fill("<B>");
  await tab.getByText("1 of 3 partitions").waitFor();
  expect(await tab.locator("tbody th").innerText()).toBe("it's <b>C</b>");
  await tab.goto(`${url}/monitor?model=M&version=V1`);
  await tab.getByText("manymodel refine --offenders --run-id better").waitFor();
  expect(await violations(tab)).toEqual([]);
  expect(await tab.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
  await tab.goto(`${url}/runs/first/series?key=s%3AB`);
  await tab.getByText("SALES has rows up to 1970-02-01. The forecast starts after the newest row.").waitFor();
  await tab.getByText("Monitoring says drift").waitFor();
  await tab.locator(".chart canvas").waitFor();
  expect(await tab.locator(".chart").getAttribute("aria-label")).toContain("32 steps, 12 of them newer than the model");
  expect(await violations(tab)).toEqual([]);
  expect(await tab.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
});
