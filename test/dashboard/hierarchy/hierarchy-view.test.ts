import type { ManyModel } from "manymodel";
import { expect, it, onTestFinished } from "vitest";
import { startDashboard } from "../../../dist/dashboard/server.js";
import type { HierarchyView } from "../../../src/dashboard/wire-hierarchy.ts";
import { openWorkspace } from "../../workspace.ts";
import { launch, NO_BROWSER, openTab, violations } from "../browser.ts";
import { openRegions } from "./regions.ts";

/** Returns the result of a SELECT on the workspace's tables: an outside judge of what the page shows. */
async function answer(mm: ManyModel, sql: string): Promise<number> {
  const { rows } = await mm.engine.tables.query(sql, [], 1);
  return Number(rows[0]?.[0]);
}

async function served(mm: ManyModel): Promise<string> {
  const { url, close } = await startDashboard(mm, { host: "127.0.0.1", port: 0 });
  onTestFinished(close);
  return url;
}

const asking = (url: string) => async (query: Record<string, string>) => {
  for (;;) {
    const response = await fetch(`${url}/api/hierarchy?${new URLSearchParams(query)}`);
    const view = (await response.json()) as HierarchyView & { error?: { message: string } };
    // On a busy machine the server may not have read the run yet.
    if (response.status !== 202) return { status: response.status, view };
  }
};

/** Returns the sum of the reconciled forecasts of the items that a condition names. */
const ITEMS = (where: string) =>
  `SELECT SUM(r.FORECAST) FROM RECONCILED_FORECASTS r JOIN PARTITION_ATTRIBUTES a ON a.PARTITION_KEY = r.PARTITION_KEY
   WHERE r.LEVEL = 'store,sku' AND ${where}`;

it("leads from the total to a leaf, and the parts of each node add up to it", async () => {
  const mm = await openRegions();
  const ask = asking(await served(mm));
  const { view: total } = await ask({});
  expect(total.node).toMatchObject({ level: "total", text: "Total", leaves: 7 });
  // Regions and items cross: a store is part of a region, but not of an item.
  expect([total.below, total.by]).toEqual([["region", "store", "sku", "store,sku"], "region"]);
  expect(total.parts.map(({ text }) => text)).toEqual(["north", "south"]);
  for (const level of total.below) {
    const { view } = await ask({ by: level });
    const sum = (pick: (part: (typeof view.parts)[number]) => number | null) =>
      view.parts.reduce((sum, part) => sum + (pick(part) ?? Number.NaN), 0);
    expect(sum(({ sums }) => sums.next)).toBeCloseTo(view.node.sums.next ?? Number.NaN, 8);
    expect(sum(({ sums }) => sums.last)).toBeCloseTo(view.node.sums.last ?? Number.NaN, 8);
    expect(view.sum.next).toBeCloseTo(await answer(mm, ITEMS("1 = 1")), 8);
    expect(view.parts.reduce((leaves, part) => leaves + part.leaves, 0)).toBe(7);
  }
  expect(total.node.sums.last).toBeCloseTo(
    await answer(mm, "SELECT SUM(units) FROM ITEMS WHERE day >= DATE '1970-01-01' + 42"),
    8,
  );
  expect(total.node.history).toHaveLength(56);
  expect([total.node.lower.length, total.node.upper[0]?.length, total.node.times.length]).toEqual([2, 14, 70]);

  const { view: north } = await ask({ level: "region", key: "s:north" });
  expect([north.above.map(({ text }) => text), north.below]).toEqual([["Total"], ["store", "store,sku"]]);
  expect(north.node.sums.next).toBeCloseTo(await answer(mm, ITEMS("a.region = 'north'")), 8);
  // A region has no model. Stores have: 14 steps of it, and its error on the holdout.
  expect([north.node.sums.base, north.node.baseWape]).toEqual([null, null]);
  const kiel = north.parts.find(({ text }) => text === "Kiel");
  const base = await answer(mm, "SELECT SUM(FORECAST) FROM STORE_FORECASTS WHERE PARTITION_KEY = 's:Kiel'");
  expect(kiel?.sums.base).toBeCloseTo(base, 8);
  const metric = (run: string, name: string) =>
    `(SELECT PARTITION_KEY, VALUE AS V FROM TRAINING_METRICS WHERE RUN_ID = '${run}' AND METRIC = '${name}')`;
  const baseWape = await answer(mm, `SELECT V FROM ${metric("stores", "holdout_wape")} WHERE PARTITION_KEY = 's:Kiel'`);
  expect(kiel?.baseWape).toBeCloseTo(baseWape, 8);
  // Errors in percent of sizes, pooled: sizes are errors over WAPE.
  const pooled = `SELECT 100 * SUM(e.V) / SUM(100 * e.V / w.V) FROM ${metric("items", "holdout_mae")} e
    JOIN ${metric("items", "holdout_wape")} w ON w.PARTITION_KEY = e.PARTITION_KEY WHERE e.PARTITION_KEY LIKE 's:Kiel,%'`;
  expect(kiel?.leavesWape).toBeCloseTo(await answer(mm, pooled), 8);

  const { view: leaf } = await ask({ level: "store,sku", key: "s:Ulm,s:A2" });
  expect(leaf.above.map(({ text }) => text)).toEqual(["Total", "south", "Ulm", "A2"]);
  expect([leaf.by, leaf.parts, leaf.partitionKey, leaf.runId]).toEqual([null, [], "s:Ulm,s:A2", "items"]);

  for (const [query, status, message] of [
    [
      { level: "city" },
      400,
      'the hierarchy has no level "city"; it has total and region and store and sku and store,sku',
    ],
    [{ level: "store", key: "s:Bonn" }, 404, 'level store has no node "s:Bonn" with a forecast'],
    [{ level: "store", key: "s:Ulm", by: "sku" }, 400, 'this node has no parts by "sku"; it has parts by store,sku'],
  ] as const) {
    const { status: answered, view } = await ask(query);
    expect([answered, view.error?.message]).toEqual([status, message]);
  }
});

it("says what to do without a hierarchy, or before it is reconciled", async () => {
  const none = await asking(await served(await openWorkspace("local")))({});
  expect([none.status, none.view.error?.message]).toEqual([
    400,
    "the configuration names no hierarchy; add reconcile.levels (docs/hierarchy.md)",
  ]);
  const yaml = "reconcile: { levels: [{ by: sku, table: FORECASTS }, { by: [] }] }";
  const early = await asking(await served(await openWorkspace("local", yaml)))({});
  expect([early.status, early.view.error?.message]).toEqual([
    404,
    "there are no reconciled forecasts in RECONCILED_FORECASTS yet: manymodel reconcile",
  ]);
});

it.skipIf(NO_BROWSER !== undefined)(
  `shows sums that add up to the digit, from the total to a series in three clicks${NO_BROWSER === undefined ? "" : `: ${NO_BROWSER}`}`,
  async () => {
    const mm = await openRegions();
    const url = await served(mm);
    const browser = await launch();
    onTestFinished(() => browser.close());
    const tab = await openTab(browser);
    await tab.goto(url);
    await tab.getByRole("link", { name: "Hierarchy" }).click();
    const table = tab.locator("table.parts");
    for (const [part, level] of [
      ["north", "region"],
      ["Kiel", "store"],
      ["Kiel, A1", "store, sku"],
    ] as const) {
      await tab.getByRole("heading", { name: `Parts by ${level}` }).waitFor();
      const title = await tab.locator(".stretch b").first().innerText();
      const next = await table.locator("tbody td.strong").allInnerTexts();
      expect(await table.locator("tfoot td.strong").innerText()).toBe(title);
      const plain = (text: string) => Number(text.replaceAll(",", ""));
      const digits = title.split(".")[1]?.length ?? 0;
      expect(next.reduce((sum, one) => sum + plain(one), 0).toFixed(digits)).toBe(plain(title).toFixed(digits));
      expect(await violations(tab)).toEqual([]);
      await table.getByRole("link", { name: part, exact: true }).click();
    }
    await tab.getByRole("heading", { name: "Kiel, A1" }).waitFor();
    expect(await tab.locator(".path li").allInnerTexts()).toEqual(["Total", "north", "Kiel", "A1", "Kiel, A1"]);
    await tab.getByRole("link", { name: "The page of this series" }).click();
    await tab.locator(".series-title").waitFor();
    await tab.goBack();
    await tab.locator(".path").getByRole("link", { name: "Total" }).click();
    await tab.getByLabel("Split by").selectOption("sku");
    await tab.getByRole("heading", { name: "Parts by sku" }).waitFor();
    expect(tab.url()).toContain("by=sku");
  },
);
