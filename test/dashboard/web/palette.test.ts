import { expect, it, onTestFinished } from "vitest";
import { startDashboard } from "../../../dist/dashboard/server.js";
import { fillTable, openWorkspace } from "../../workspace.ts";
import { launch, NO_BROWSER, openTab, violations } from "../browser.ts";

const YAML =
  'source: { table: SALES, partition_by: SKU, order_by: DAY, target: "Y" }\nmodel: naive\nregister: { model: M }\n';

it.skipIf(NO_BROWSER !== undefined)(
  "Ctrl-K goes to a series, a run, a version and a view, and starts an action, by the keyboard",
  async () => {
    const mm = await openWorkspace("local", YAML);
    const rows = ["Köln TOY-1", "Berlin TOY-1"].flatMap((sku) =>
      Array.from({ length: 30 }, (_, day) => [sku, day * 86_400_000, day]),
    );
    await fillTable(
      mm,
      "SALES",
      [
        { name: "SKU", type: "string" },
        { name: "DAY", type: "date" },
        { name: "Y", type: "number" },
      ],
      rows,
    );
    const { runId } = await mm.train("naive", { runId: "first" });
    await mm.models.register({ run: { runId } });
    const { url, close } = await startDashboard(mm, { host: "127.0.0.1", port: 0 });
    onTestFinished(close);
    const browser = await launch();
    onTestFinished(() => browser.close());
    const tab = await openTab(browser, { dark: true });
    await tab.goto(`${url}/runs`);
    await tab.locator("table.runs").waitFor();
    const search = async (text: string, place: string) => {
      await tab.keyboard.press("Control+k");
      await tab.keyboard.type(text);
      await tab.getByRole("option", { name: place }).waitFor();
    };
    // Without accents, words in any order, as in the list of partitions.
    await search("toy-1 koln", "Köln TOY-1 series");
    expect(await violations(tab)).toEqual([]);
    await tab.keyboard.press("Enter");
    await tab.getByRole("heading", { name: "Köln TOY-1", exact: false }).first().waitFor();
    expect(new URL(tab.url()).searchParams.get("key")).toBe("s:Köln TOY-1");

    await search("v1", "V1 version");
    await tab.keyboard.press("Enter");
    await tab.waitForURL(/registry.*version=V1$/);
    // The second of two places, by an arrow key.
    await search("r", "Registry view");
    const second = await tab.getByRole("option").nth(1).innerText();
    await tab.keyboard.press("ArrowDown");
    expect(await tab.locator("[role=option][aria-selected=true]").innerText()).toBe(second);
    await tab.keyboard.press("Escape");
    await tab.getByRole("dialog").waitFor({ state: "detached" });
    await search("firs", "first run");
    await tab.keyboard.press("Enter");
    await tab.waitForURL(`${url}/runs/first`);
    // An action asks once more, as its button does, and leads to its log.
    await search("score v1", "Score V1 (M) action");
    expect(await violations(tab)).toEqual([]);
    await tab.keyboard.press("Enter");
    await tab.getByRole("dialog", { name: "Score V1 (M)" }).waitFor();
    await tab.keyboard.press("Enter");
    await tab.waitForURL(/\/logs\//);
    await tab.getByText(/V1 scored 2 partitions/).waitFor();
    expect((await mm.tables.list()).map(({ name }) => name)).toContain("FORECAST_RESULTS");
  },
);
