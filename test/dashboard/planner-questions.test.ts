import { readFile } from "node:fs/promises";
import type { ManyModel } from "manymodel";
import type { Browser, Locator, Page } from "playwright-core";
import { expect, it, onTestFinished } from "vitest";
import { startDashboard } from "../../dist/dashboard/server.js";
import type { Totals } from "../../src/dashboard/wire-totals.ts";
import { openWorkspace } from "../workspace.ts";
import { cutTexts, launch, NO_BROWSER, openTab, violations } from "./browser.ts";
import { FIRST_NIGHT, LEAD_TIME, openShop, RETAIL_YAML } from "./retail.ts";

/** Each question is answered in at most so many clicks from the first page. */
const MOST_CLICKS = 3;

/** Returns the result of a SELECT on the workspace's tables: an outside judge of what the page shows. */
async function answer(mm: ManyModel, sql: string): Promise<readonly (string | number | null)[]> {
  const { rows } = await mm.engine.tables.query(sql, [], 1);
  return (rows[0] ?? []).map((value) => (typeof value === "string" || value === null ? value : Number(value)));
}

const digits = (text: string) => Number(text.replace(/[^\d.]/g, ""));

it.skipIf(NO_BROWSER !== undefined)(
  `answers a planner's questions about 200 products in three clicks each${NO_BROWSER === undefined ? "" : `: ${NO_BROWSER}`}`,
  async () => {
    const mm = await openWorkspace("local", RETAIL_YAML);
    await openShop(mm);
    const { url, close } = await startDashboard(mm, { host: "127.0.0.1", port: 0 });
    onTestFinished(close);
    const browser = await launch();
    onTestFinished(() => browser.close());
    const tab = await openTab(browser);
    const ask = async (
      question: string,
      look: (page: Page, click: (target: Locator) => Promise<void>) => Promise<void>,
    ) => {
      let clicks = 0;
      await tab.goto(url);
      await tab.locator(".losses").waitFor();
      await look(tab, async (target) => {
        clicks++;
        await target.click();
      });
      expect(clicks, question).toBeLessThanOrEqual(MOST_CLICKS);
    };
    const metric = (name: string) =>
      `(SELECT PARTITION_KEY, VALUE AS V FROM TRAINING_METRICS WHERE RUN_ID = 'best' AND METRIC = '${name}')`;
    const worst = `FROM ${metric("holdout_mae")} m JOIN PARTITION_ATTRIBUTES a ON a.PARTITION_KEY = m.PARTITION_KEY`;

    await ask("Which products are worst?", async (page) => {
      const [store, sku, lost] = await answer(
        mm,
        `SELECT a.store, a.sku, m.V * a.UNIT_VALUE ${worst} ORDER BY 3 DESC NULLS LAST`,
      );
      const first = page.locator(".losses tbody tr").first();
      expect(await first.locator("a").innerText()).toBe(`${store}, ${sku}`);
      expect(digits(await first.locator("td").first().innerText())).toBeCloseTo(Number(lost), -1);
    });
    await ask("Why?", async (page, click) => {
      expect(await page.locator(".losses tbody tr").first().innerText()).toMatch(
        /\d+ % too low in V1 since 7 Apr 2025: level shift\./,
      );
      await click(page.locator(".losses a").first());
      // The holdout that was missed, without being asked for.
      await page.getByText(/MASE [\d.]+, sMAPE/).waitFor();
      expect(await page.locator(".key-held").count()).toBe(1);
    });
    await ask("Is next month plausible?", async (page, click) => {
      await click(page.locator(".losses a").first());
      await page.getByText(/^Next 30 steps: [\d,]+ · last 30: [\d,]+ \([+−]\d/).waitFor();
    });
    await ask("Did last night go well?", async (page) => {
      const facts = await Promise.all(
        ["trained", "failed", "not-validated", "scored", "stale", "ended"].map((name) =>
          page.locator(`[data-fact=${name}]`).innerText(),
        ),
      );
      expect(facts).toEqual(["200", "0", "4", "200", "0", "0"]);
      const [wape] = await answer(
        mm,
        `SELECT 100 * SUM(e.V) / SUM(100 * e.V / w.V) FROM ${metric("holdout_mae")} e
         JOIN ${metric("holdout_wape")} w ON w.PARTITION_KEY = e.PARTITION_KEY`,
      );
      expect(digits(await page.locator("[data-fact=wape]").innerText())).toBeCloseTo(Number(wape), 2);
    });
    await ask("What changed since the last version?", async (page, click) => {
      await click(page.getByRole("link", { name: "What changed since V1" }));
      await page.getByRole("heading", { name: "Most worsened" }).waitFor();
    });
    await ask("Which model won?", async (page, click) => {
      const [kind, n] = await answer(
        mm,
        "SELECT MODEL_KIND, COUNT(*) FROM TRAINING_RESULTS WHERE RUN_ID = 'best' GROUP BY 1 ORDER BY 2 DESC",
      );
      expect(await page.locator(".kinds tbody tr").first().innerText()).toMatch(new RegExp(`^${kind}\\s+${n}\\s`));
      await click(page.getByRole("link", { name: "All series by loss" }));
      await page.locator(".vbody .kind").first().waitFor();
    });
    await ask("Where is the money?", async (page, click) => {
      const [lost] = await answer(mm, `SELECT SUM(m.V * a.UNIT_VALUE) ${worst} WHERE a.category = 'Toys'`);
      await click(page.getByRole("link", { name: "All series by loss" }));
      await click(page.getByRole("button", { name: "category" }));
      const toys = page.locator(".groups tbody tr", { hasText: "Toys" });
      expect(digits(await toys.locator("td").nth(3).innerText())).toBeCloseTo(Number(lost), -1);
    });
    await ask("What can I take away?", async (page, click) => {
      await click(page.getByRole("link", { name: "All series by loss" }));
      const [file] = await Promise.all([
        page.waitForEvent("download"),
        click(page.getByRole("button", { name: "Download CSV" })),
      ]);
      expect(file.suggestedFilename()).toBe("best.csv");
    });
    await ask("How are the toys of one store?", async (page, click) => {
      await click(page.getByRole("link", { name: "All series by loss" }));
      await page.getByLabel("category").selectOption("Toys");
      await page.getByLabel("store").selectOption("Hamburg");
      await page.getByText("10 of 200 partitions").waitFor();
      expect(page.url()).toContain("is=category%3AToys&is=store%3AHamburg");
    });
    await ask("What will the total be?", async (page, click) => {
      await click(page.getByRole("link", { name: "Totals", exact: true }));
      await page.getByLabel("Groups by").selectOption("category");
      await page.locator("table.totals tbody tr").nth(4).waitFor();
      const [sum] = await answer(mm, "SELECT SUM(FORECAST) FROM FORECASTS");
      const firstRow = await page.locator("table.totals tbody tr").first().locator("td").nth(1).innerText();
      expect(digits(firstRow)).toBeCloseTo(Number(sum), -1);
      await click(page.locator("table.totals").getByRole("link", { name: "Toys" }));
      await page.getByRole("heading", { name: /^Toys/ }).waitFor();
      await page.locator(".chart canvas").waitFor();
    });
    await ask("What do I order?", async (page, click) => {
      await click(page.getByRole("link", { name: "Totals", exact: true }));
      await page.getByLabel("Groups by").selectOption("category");
      await page.locator("table.totals tbody tr").nth(4).waitFor();
      const titles = await page.locator("table.totals thead th").allInnerTexts();
      const response = await fetch(`${url}/api/totals?by=category`);
      const { series } = (await response.json()) as Totals;
      for (const category of [null, "Toys"]) {
        // By its definition, demand over the lead time is the sum of the forecasts of its steps.
        const [demand, written, stock, squares] = await answer(
          mm,
          `SELECT SUM(CASE WHEN f.STEP <= ${LEAD_TIME} THEN f.FORECAST END), SUM(f.LEAD_DEMAND), SUM(f.SAFETY_STOCK),
             SUM(f.SAFETY_STOCK * f.SAFETY_STOCK)
           FROM FORECAST_RESULTS f JOIN PARTITION_ATTRIBUTES a ON a.PARTITION_KEY = f.PARTITION_KEY
           WHERE f.MODEL_VERSION = 'V2'${category === null ? "" : ` AND a.category = '${category}'`}`,
        );
        expect(Number(written)).toBeCloseTo(Number(demand), 6);
        const sums = series.find((one) => (category === null ? one.isAll : one.value === category));
        expect(sums?.leadDemand).toBeCloseTo(Number(demand), 6);
        const cells = page.locator("table.totals tbody tr", { hasText: category ?? "Total" }).locator("th, td");
        const cell = async (title: string) => digits(await cells.nth(titles.indexOf(title)).innerText());
        expect(Math.abs((await cell("Lead-time demand")) - Number(demand))).toBeLessThanOrEqual(0.5);
        // Errors that are not correlated need the least stock together, those of a correlation of 1 the most.
        const order = await cell("Order up to");
        expect(order).toBeGreaterThanOrEqual(Number(demand) + Math.sqrt(Number(squares)) - 0.5);
        expect(order).toBeLessThanOrEqual(Number(demand) + Number(stock) + 0.5);
      }
    });
    await ask("How do I put in what I know?", async (page, click) => {
      await click(page.locator(".losses a").first());
      const panel = page.locator("section", { hasText: "Overrides and notes" });
      await panel.getByLabel("Value").fill("123456");
      await panel.getByLabel("Reason").fill("street festival");
      await click(panel.getByRole("button", { name: "Override 1 step" }));
      await panel.getByText(/street festival/).waitFor();
      await panel.getByLabel("Note").fill("the square is closed to cars");
      await click(panel.getByRole("button", { name: "Add the note" }));
      await panel.getByText("the square is closed to cars").waitFor();
      const [rows, sum] = await answer(
        mm,
        "SELECT COUNT(*), SUM(FORECAST_FINAL) FROM FORECASTS WHERE FORECAST_FINAL <> FORECAST",
      );
      expect([rows, sum]).toEqual([1, 123456]);
    });

    const saved = async (path: string, name: string) => {
      if (path !== new URL(tab.url()).pathname) await tab.goto(url + path);
      const button = tab.getByRole("button", { name, exact: true }).first();
      const [file] = await Promise.all([tab.waitForEvent("download"), button.click()]);
      return readFile(await file.path());
    };
    const [series] = (await mm.engine.tables.query("SELECT MIN(PARTITION_KEY) FROM FORECASTS", [], 1)).rows;
    const label = String(series?.[0]).replaceAll("s:", "").replace(",", ", ");
    await tab.goto(`${url}/runs/best/series?key=${encodeURIComponent(String(series?.[0]))}`);
    await tab.locator(".key-held").first().waitFor();
    const fan = (await saved("/runs/best/series", `Save ${label} as SVG`)).toString();
    expect(fan).toMatch(/^<svg [^>]*class="manymodel"/);
    // The lines that the page shows are in the picture, and so is what they are of.
    for (const text of ["units", "forecast", "on the holdout", label]) expect(fan).toContain(text);
    const png = await saved("/runs/best/series", `Save ${label} as PNG`);
    expect([png.subarray(1, 4).toString(), png.readUInt32BE(16)]).toEqual(["PNG", 2 * 960]);
    const residuals = (await saved("/runs/best/series", "Save one-step errors as SVG")).toString();
    expect(residuals).toMatch(/<path [^>]*stroke="rgb/);
    expect(residuals).toContain("one-step errors");
    const runs = (await saved("/runs", "Save runs as CSV")).toString().split("\n");
    expect(runs[0]).toBe("RUN_ID,STATE,PARTITIONS,DONE,FAILED,SKIPPED,SOURCE,MODEL,CREATED_AT,ENDED_AT");
    expect(runs.slice(1, -1).map((line) => line.split(",").slice(0, 4))).toContainEqual([
      "best",
      "completed",
      "200",
      "200",
    ]);

    await walk(browser, url);
  },
);

const KEY = encodeURIComponent("s:Hamburg,s:SNA-1049");

/** Every view of the page, and what is there once it is drawn. */
const VIEWS = [
  ["/", ".losses"],
  ["/runs", "table.runs tbody a"],
  ["/runs/best", ".distribution"],
  [`/runs/${FIRST_NIGHT}`, ".distribution"],
  ["/runs/best/partitions?by=category&is=store%3AHamburg", ".groups table"],
  [`/runs/best/series?key=${KEY}&method=snaive&method=theta`, ".key-held-1"],
  ["/totals?by=category&value=Toys", "table.totals"],
  ["/hierarchy?level=store&key=s%3AHamburg", "table.parts"],
  ["/compare?a=naive&b=best", ".scatter circle"],
  ["/registry", "table.rows"],
  ["/registry/SHOP?before=V1&after=V2", ".lineage"],
  ["/monitor", ".judged"],
  ["/logs", "h1"],
] as const;
const WIDTHS = [1440, 1024, 390];

/** Walks through all views, in both themes and all widths: they are accessible, fit, and cut no number. */
async function walk(browser: Browser, url: string): Promise<void> {
  const problems: string[] = [];
  for (const dark of [false, true]) {
    const tab = await openTab(browser, { dark });
    for (const [path, ready] of VIEWS) {
      await tab.goto(url + path);
      await tab.locator(ready).first().waitFor();
      for (const width of WIDTHS) {
        await tab.setViewportSize({ width, height: 844 });
        for (const cut of await cutTexts(tab)) problems.push(`${path} at ${width} pixels: ${cut}`);
      }
      // Once in each theme: on a phone in the dark, and on a desk in the light.
      if (!dark) await tab.setViewportSize({ width: 1440, height: 900 });
      for (const violation of await violations(tab)) problems.push(`${path}, ${dark ? "dark" : "light"}: ${violation}`);
    }
  }
  expect(problems).toEqual([]);
}
