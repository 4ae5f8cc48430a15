import { expect, it, onTestFinished } from "vitest";
import { startDashboard } from "../../../dist/dashboard/server.js";
import { fillDaily, openWorkspace } from "../../workspace.ts";
import { launch, NO_BROWSER, openTab, violations } from "../browser.ts";

const YAML = 'source: { table: SALES, partition_by: UNIT_ID, order_by: OBS_DATE, target: "Y" }\nmodel: naive\n';

it.skipIf(NO_BROWSER !== undefined)(
  "a planner sets an override and a note on a series, and takes the override back",
  async () => {
    const mm = await openWorkspace("local", YAML);
    await fillDaily(mm, 2, 30);
    const run = await mm.train("naive");
    await mm.models.register({ run });
    const { url, close } = await startDashboard(mm, { host: "127.0.0.1", port: 0 });
    onTestFinished(close);
    const browser = await launch();
    onTestFinished(() => browser.close());
    const tab = await openTab(browser);
    await tab.goto(`${url}/runs/${run.runId}/series?key=s:U00`);
    const panel = tab.locator("section", { hasText: "Overrides and notes" });
    await panel.getByLabel("Value").fill("41.5");
    await panel.getByLabel("Reason").fill("a promotion");
    await panel.getByRole("combobox").nth(1).selectOption({ index: 1 });
    await panel.getByRole("button", { name: "Override 2 steps" }).click();
    await panel.getByText("a promotion").nth(1).waitFor();
    const [first, second] = await mm.overrides.list();
    expect([first?.value, second?.value, first?.reason]).toEqual([41.5, 41.5, "a promotion"]);
    expect((await mm.forecast(mm.config.register.model, "U00")).final.slice(0, 2)).toEqual([41.5, 41.5]);
    await panel.getByLabel("Note").fill("ask the shop");
    await panel.getByRole("button", { name: "Add the note" }).click();
    await panel.getByText("ask the shop").waitFor();
    expect(await violations(tab)).toEqual([]);
    const phone = await openTab(browser, { dark: true, phone: true });
    await phone.goto(tab.url());
    await phone.getByText("ask the shop").waitFor();
    expect(await violations(phone)).toEqual([]);
    expect(await phone.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
    await panel.getByRole("button", { name: "Remove" }).first().click();
    await panel.getByText("a promotion").nth(1).waitFor({ state: "detached" });
    expect(await mm.overrides.list()).toHaveLength(1);
  },
);
