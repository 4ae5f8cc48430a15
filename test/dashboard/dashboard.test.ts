import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { ManyModel } from "manymodel";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { startDashboard } from "../../dist/dashboard/server.js";
import { workspaceTokens } from "../../dist/serving/workspace-tokens.js";
import { start, until } from "../processes.ts";
import { body, dailyQuery, fillDaily, fillTable, openWorkspace, temporaryFolder } from "../workspace.ts";
import { launch, NO_BROWSER, openTab, violations } from "./browser.ts";

const DAY = 86_400_000;
const ODD = ["a \"quoted\" 'key'", "ünï/çødé?#&=+ %41", "<img src=x onerror=document.title=1>", ""];
const exports = { target: "Y", period: 7, horizon: 14, holdout: 14, method: "holt-winters", pauseMs: 0 };

/**
 * Returns a run of a few daily series with odd keys and failures, and its dashboard; with `both` another run also,
 * and the two registered as versions of M.
 */
async function openRun({ both = false } = {}): Promise<{ mm: ManyModel; url: string }> {
  const mm = await openWorkspace("local");
  const columns = [
    { name: "UNIT_ID", type: "string" },
    { name: "OBS_DATE", type: "date" },
    { name: "Y", type: "number" },
  ] as const;
  const units = [
    ...ODD,
    "bad one",
    "bad two",
    ...Array.from({ length: 34 }, (_, i) => `U${String(i).padStart(2, "0")}`),
  ];
  const rows = units.flatMap((unit, u) =>
    Array.from({ length: 84 }, (_, day) => [
      unit,
      day * DAY,
      50 + u + 10 * Math.sin(0.9 * day) + ((day * (u + 3)) % 11),
    ]),
  );
  await fillTable(mm, "SALES", [...columns], rows);
  await train(mm, "first");
  if (!both) return { mm, url: await dashboard(mm) };
  await train(mm, "second", { period: 1 });
  for (const [version, run] of [
    ["V1", "first"],
    ["V2", "second"],
  ] as const)
    await mm.registry.logManyModel({ name: "M", version, run, horizon: 14 });
  await mm.registry.setModelAlias("M", "champion", "V1");
  return { mm, url: await dashboard(mm) };
}

function train(
  mm: ManyModel,
  modelRunId: string,
  changed: Partial<typeof exports & { gate: string }> = {},
  chunksPerJob = 4,
) {
  const dataQuery = { table: "SALES", keyColumn: "UNIT_ID", orderBy: ["UNIT_ID", "OBS_DATE"] };
  return mm
    .foreachPartition("unit_id")
    .dopar(body("shown"), { modelRunId, dataQuery, exports: { ...exports, ...changed }, workers: 2, chunksPerJob });
}

const served = (mm: ManyModel, port = 0) =>
  startDashboard(mm, { host: "127.0.0.1", port, onError: (thrown) => console.error(thrown) });

async function dashboard(mm: ManyModel): Promise<string> {
  const { url, close } = await served(mm);
  onTestFinished(close);
  return url;
}

const series = (run: string, key: string) => `/runs/${run}/series?key=${encodeURIComponent(key)}`;
const text = (tab: Page, selector: string) => tab.locator(selector).first().innerText();

describe.skipIf(NO_BROWSER !== undefined)(
  `the dashboard in a browser${NO_BROWSER === undefined ? "" : `: ${NO_BROWSER}`}`,
  () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await launch();
    });
    afterAll(() => browser.close());

    it("follows a run: progress moves, failures appear, and it says when it is over", async () => {
      const { mm, url } = await openRun();
      const tab = await openTab(browser);
      await tab.goto(`${url}/runs`);
      await tab.locator("table.rows tbody tr").first().waitFor();
      const run = train(mm, "live", { pauseMs: 150 }, 20);
      await tab.getByRole("link", { name: "live", exact: true }).click();
      const done = tab.locator("[data-fact=done]");
      await done.waitFor();
      const before = await done.innerText();
      await expect.poll(() => done.innerText()).not.toBe(before);
      await tab.locator(".chunk-leased").first().waitFor();
      await run;
      await tab.locator(".state-completed").waitFor();
      expect(await done.innerText()).toBe("100 %");
      expect(await text(tab, ".failures")).toContain("cannot <b>fit</b>");
      // Two of 40 failed, "bad one" and "bad two": the state says so on both pages.
      expect(await text(tab, ".state-completed")).toBe("completed, 2 failed");
      await tab.goto(`${url}/runs`);
      await tab.locator(".state", { hasText: "completed, 2 failed" }).nth(1).waitFor();
      await tab.goto(`${url}/runs/live`);
      await tab.locator(".chunks").waitFor();
      expect(await tab.locator(".chunks").getAttribute("aria-label")).toBe("20 chunks: 20 finished");
    });

    it("shows the partitions of a run in progress as they are done, and their series", async () => {
      const { mm, url } = await openRun();
      const gate = path.join(await temporaryFolder(), "open");
      const run = train(mm, "live", { gate }, 20);
      const tabs = [openTab(browser), openTab(browser), openTab(browser), openTab(browser)] as const;
      const [table, done, waiting, behind] = await Promise.all(tabs);
      await until(async () => (await mm.engine.queue.counts("live").catch(() => null))?.partitionsFinished === 12);
      await table.goto(`${url}/runs/live/partitions`);
      await table.getByText("12 of 40 partitions are done").waitFor();
      await table.getByText("12 of 12 partitions").waitFor();
      await table.locator("a.multiple svg").nth(11).waitFor();
      // A tab that is told of no more than the first partitions, as when reading cannot keep up.
      const then = await (await fetch(`${url}/api/runs/live/partitions`)).text();
      await behind.route("**/api/runs/live/partitions", (route) => route.fulfill({ body: then }));
      await behind.goto(`${url}/runs/live/partitions`);
      await behind.getByText("12 of 40 partitions are done. The others").waitFor();
      await table.getByRole("searchbox").fill("u0");
      await table.getByText("10 of 12 partitions").waitFor();
      await done.goto(url + series("live", "s:U03"));
      await done.locator(".chart canvas").waitFor();
      expect(await done.locator(".chart").getAttribute("data-forecast")).toBe("14");
      expect(await text(done, ".log pre")).toBe("fitting <b>U03</b>\n");
      await waiting.goto(url + series("live", "s:U20"));
      await waiting.getByText(/Not trained yet: its chunk, \d+, is available/).waitFor();
      expect(await violations(table)).toEqual([]);
      expect(await violations(waiting)).toEqual([]);
      await writeFile(gate, "");
      await waiting.locator(".chart canvas").waitFor();
      expect(await waiting.locator(".chart").getAttribute("data-levels")).toBe("80,95");
      await run;
      await table.getByText("10 of 40 partitions").waitFor();
      expect(await table.getByText("The run is not completed").count()).toBe(0);
      await behind.getByText("40 of 40 partitions are done, 12 of them are read so far").waitFor();
    });

    it("says of an open page that a run was killed, and that the server is gone, until it is back", async () => {
      const gate = path.join(await temporaryFolder(), "never");
      const mm = await openWorkspace(
        "local",
        `source: { table: SALES, partition_by: UNIT_ID, order_by: OBS_DATE, target: Y }
model: ${JSON.stringify(fileURLToPath(body("shown")))}
train: { chunks_per_job: 15, workers: 2, exports: ${JSON.stringify({ ...exports, horizon: 7, holdout: 7, gate })} }
`,
      );
      await fillDaily(mm, 30, 40);
      const { child, ended } = start(mm, "train", "--run-id", "killed");
      await until(async () => (await mm.engine.queue.counts("killed").catch(() => null))?.partitionsFinished === 10);
      const first = await served(mm);
      const [list, run] = await Promise.all([openTab(browser), openTab(browser)]);
      await list.goto(`${first.url}/runs`);
      await run.goto(`${first.url}/runs/killed`);
      for (const tab of [list, run]) await tab.locator(".state-running").waitFor();
      await run
        .getByText(/^chunk \d+$/)
        .first()
        .waitFor();
      child.kill("SIGKILL");
      await ended;
      for (const tab of [list, run]) await tab.locator(".state-stalled").waitFor();
      expect(await text(run, "main [role=alert]")).toContain("manymodel resume killed");
      await run.getByText("The workers of its chunks are gone.").waitFor();
      expect(await run.getByText(/^(Rate|Left|Elapsed)$/).count()).toBe(0);

      await first.close();
      for (const tab of [list, run]) {
        await tab.getByText(/^Not connected since \d\d:\d\d:\d\d: the page shows the state of that time/).waitFor();
        expect(await tab.locator("main.stale").count()).toBe(1);
      }
      // A view that is opened meanwhile goes on by itself too.
      await list.locator("table.runs tbody a").first().click();
      await list.getByText("The server does not answer. Is manymodel ui still running?").waitFor();
      await list.locator(".lost").waitFor();
      const again = await served(mm, Number(new URL(first.url).port));
      onTestFinished(again.close);
      await list.locator(".state-stalled").waitFor();
      for (const tab of [list, run]) await tab.locator(".lost").waitFor({ state: "detached" });
    });

    it("draws the fan of any series, and the failure of one without a model", async () => {
      const { url } = await openRun();
      const tab = await openTab(browser);
      for (const unit of ["U03", ...ODD]) {
        const key = `s:${unit.replace(/[%,]/g, (c) => `%${c.charCodeAt(0).toString(16)}`)}`;
        await tab.goto(url + series("first", key));
        const chart = tab.locator(".chart");
        await chart.locator("canvas").waitFor();
        expect(await chart.getAttribute("data-forecast")).toBe("14");
        expect(await chart.getAttribute("data-levels")).toBe("80,95");
        expect(await text(tab, ".series-title .clip")).toBe(unit === "" ? "(empty key)" : unit);
      }
      await tab.goto(url + series("first", "s:U03"));
      expect(await text(tab, "section:has(#residuals-title)")).toContain("Ljung–Box Q(14)");
      // The run's own method is drawn without being asked for, others beside it.
      await tab.getByText(/holt-winters: MASE .* fitted in/).waitFor();
      await tab.getByRole("button", { name: "theta" }).click();
      await tab.getByText(/theta: MASE .* fitted in/).waitFor();
      expect(tab.url()).toContain("method=holt-winters&method=theta");
      for (const width of [1440, 1024, 390]) {
        await tab.setViewportSize({ width, height: 800 });
        const chart = tab.locator(".chart canvas");
        const readout = tab.locator(".readout");
        const pointed = async () => {
          await chart.scrollIntoViewIfNeeded();
          const { width: right } = (await chart.boundingBox()) ?? { width: 0 };
          await chart.hover({ position: { x: right - 60, y: 100 }, force: true });
          return readout.innerText();
        };
        await expect.poll(pointed).toMatch(/^\d{4}-\d\d-\d\d .*\d/);
        const cut = await readout.evaluate(
          (element) => element.scrollWidth > element.clientWidth || element.scrollHeight > element.clientHeight,
        );
        expect(cut, `the readout is cut at ${width} pixels`).toBe(false);
      }
      await tab.goto(url + series("first", "s:bad one"));
      expect(await text(tab, "[role=alert]")).toContain("fit-error cannot <b>fit</b> <img");
      await tab.goto(url + series("first", "s:nobody"));
      expect(await text(tab, "[role=alert]")).toContain('run first has no partition "s:nobody"');
      await tab.goto(`${url}/runs/no-such-run`);
      expect(await text(tab, "[role=alert]")).toContain("there is no run");
      expect(await tab.title()).not.toBe("1");
    });

    it("sorts, searches and filters partitions, by keyboard as well", async () => {
      const { url } = await openRun();
      const tab = await openTab(browser);
      await tab.goto(`${url}/runs/first/partitions`);
      const row = (i: number) => tab.locator(".vbody [role=row]").nth(i);
      await row(0).locator(".n.strong").waitFor();
      const value = async (i: number) => Number(await row(i).locator(".n.strong").innerText());
      expect(await value(0)).toBeGreaterThanOrEqual(await value(1));
      await tab.locator("a.multiple svg").nth(11).waitFor();
      await tab.keyboard.press("/");
      await tab.keyboard.type("u1");
      await tab.getByText("10 of 40 partitions").waitFor();
      expect(tab.url()).toContain("text=u1");
      await tab.keyboard.press("Escape");
      const second = await row(1).locator("a").innerText();
      await tab.keyboard.press("j");
      // Enter follows as soon as the second row is marked: before the browser has painted it.
      await tab.evaluate(`(() => {
        const element = document.querySelectorAll(".vbody [role=row]")[1];
        const enter = new KeyboardEvent("keydown", { key: "Enter", bubbles: true });
        const observer = new MutationObserver(() => {
          if (element.getAttribute("aria-selected") !== "true") return;
          observer.disconnect();
          document.body.dispatchEvent(enter);
        });
        observer.observe(element, { attributes: true });
      })()`);
      await tab.keyboard.press("j");
      await tab.locator(".series-title").waitFor();
      expect(await text(tab, ".series-title .clip")).toBe(second);
      const place = tab.getByRole("navigation", { name: "The list" });
      await place.getByText("2 of 10").waitFor();
      await tab.keyboard.press("j");
      await place.getByText("3 of 10").waitFor();
      expect(await text(tab, ".series-title .clip")).not.toBe(second);
      await place.getByText("‹ Previous").click();
      await place.getByText("2 of 10").waitFor();
      expect(await text(tab, ".series-title .clip")).toBe(second);
      await tab.keyboard.press("u");
      await tab.getByText("10 of 40 partitions").waitFor();
      expect(await row(1).locator("a").innerText()).toBe(second);
      const saved = tab.waitForEvent("download");
      await tab.getByRole("button", { name: "Download CSV" }).click();
      const csv = await readFile(await (await saved).path(), "utf8");
      expect(csv.split("\n")).toHaveLength(12);
      expect(csv.split("\n")[2]).toMatch(new RegExp(`^${second},succeeded,`));
      await tab.goto(`${url}/runs/first/partitions`);
      await tab.getByLabel("Outcome").selectOption("failed");
      await tab.getByText("2 of 40 partitions").waitFor();
      expect(await row(0).innerText()).toContain("<b>fit</b>");
      const left = (of: Locator) => of.evaluate((element) => Math.round(element.getBoundingClientRect().left));
      const header = tab.locator(".vhead");
      for (const name of ["outcome", "n:last-child"])
        expect(await left(row(0).locator(`.${name}`))).toBe(await left(header.locator(`.${name}`)));
      await tab.getByLabel("Outcome").selectOption("");
      await tab.getByText("40 of 40 partitions").waitFor();
      for (let i = 0; i < 20; i++) await tab.keyboard.press("j");
      const cursor = tab.locator(".vbody [aria-selected]");
      const end = (of: Locator) => of.evaluate((element) => element.getBoundingClientRect().bottom);
      await expect.poll(() => end(cursor)).toBeLessThanOrEqual(800);
      // The worst are those that have a metric; partitions that failed have none.
      await tab.goto(`${url}/runs/first/partitions?text=bad`);
      await tab.getByText("2 of 40 partitions").waitFor();
      await tab.getByRole("heading", { name: /^Worst by/ }).waitFor({ state: "detached" });
      await tab.keyboard.press("/");
      await tab.keyboard.type(" two");
      await tab.keyboard.press("Enter");
      await tab.locator(".series-title").waitFor();
      expect(await text(tab, ".series-title .clip")).toBe("bad two");
      await tab.keyboard.press("u");
      await tab.locator(".vbody").waitFor();
      expect(new URL(tab.url()).pathname).toBe("/runs/first/partitions");
      await tab.keyboard.press("g");
      await tab.keyboard.press("r");
      await tab.locator("table.runs").waitFor();
      await tab.keyboard.press("j");
      await tab.keyboard.press("Enter");
      await tab.locator("[data-fact=done]").waitFor();
      await tab.keyboard.press("u");
      await tab.locator("table.runs").waitFor();
      await tab.keyboard.press("g");
      await tab.keyboard.press("p");
      await tab.locator(".vbody").waitFor();
      await tab.keyboard.press("?");
      expect(await tab.getByRole("dialog").innerText()).toContain("next, previous row");
    });

    it("compares two runs", async () => {
      const { url } = await openRun({ both: true });
      const tab = await openTab(browser);
      await tab.goto(`${url}/compare?a=first&b=second`);
      await tab.locator("[data-fact=wins]").waitFor();
      expect(await tab.locator(".scatter circle").count()).toBe(38);
      expect(await text(tab, "[aria-label='Most worsened']")).toContain("U");
      expect(await tab.getByText("Careful").count()).toBe(0);
    });

    it("warns of comparing runs and versions that were trained on other data", async () => {
      const mm = await openWorkspace("local");
      await fillDaily(mm, 12, 5);
      await fillDaily(mm, 12, 6, "LATER");
      for (const [i, table] of ["SALES", "LATER"].entries()) {
        const errors = Object.fromEntries(
          Array.from({ length: 12 }, (_, u) => [`U${String(u).padStart(2, "0")}`, i + u]),
        );
        const options = { dataQuery: { ...dailyQuery, table }, modelRunId: `on-${table}`, exports: { errors } };
        await mm.foreachPartition("unit_id").dopar(body("scored"), options);
        await mm.registry.logManyModel({ name: "M", version: `V${i + 1}`, run: `on-${table}`, horizon: 1 });
      }
      const url = await dashboard(mm);
      const tab = await openTab(browser, { phone: true });
      const careful = "12 of 12 partitions (the first: s:U00) were trained on other data in";
      await tab.goto(`${url}/compare?a=on-SALES&b=on-LATER`);
      await tab.getByText(`Careful: ${careful} on-LATER than in on-SALES`).waitFor();
      expect(await tab.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
      await tab.goto(`${url}/registry/M?before=V1&after=V2`);
      await tab.getByText(`Careful: ${careful} V2 than in V1`).waitFor();
    });

    it("says how many partitions are beyond the axes of a comparison, and rings them", async () => {
      const mm = await openWorkspace("local");
      await fillDaily(mm, 60, 4);
      const errors = (far: number) =>
        Object.fromEntries(
          Array.from({ length: 60 }, (_, i) => [
            `U${String(i).padStart(2, "0")}`,
            i === 7 ? far : 1 + i / 50 + far / 1e12,
          ]),
        );
      for (const [modelRunId, far] of [
        ["a", 1e9],
        ["b", 2],
      ] as const)
        await mm
          .foreachPartition("unit_id")
          .dopar(body("scored"), { dataQuery: dailyQuery, modelRunId, exports: { errors: errors(far) } });
      const url = await dashboard(mm);
      for (const options of [{ dark: false }, { dark: true, phone: true }]) {
        const tab = await openTab(browser, options);
        await tab.goto(`${url}/compare?a=a&b=b`);
        await tab.locator(".scatter").waitFor();
        expect(await tab.locator(".scatter circle").count()).toBe(60);
        expect(await tab.locator(".scatter a[aria-label=U07] .dot-beyond.dot-gain").count()).toBe(1);
        expect(await text(tab, ".beyond")).toBe("1 partition lies beyond 2.181: a ring on the border.");
        expect(await tab.getByText("1 beyond, in the bars at the ends").count()).toBe(1);
        expect(await violations(tab)).toEqual([]);
        expect(await tab.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
      }
    });

    it("moves an alias, once that is confirmed; a viewer may not", async () => {
      const { mm, url } = await openRun({ both: true });
      const points = async () =>
        (await mm.registry.showAliases("M")).find(({ alias }) => alias === "champion")?.version;
      const tab = await openTab(browser);
      await tab.goto(`${url}/registry/M`);
      const [alias] = await mm.registry.showAliases("M");
      const since = tab.locator("[data-alias=champion] time");
      expect(await since.getAttribute("title")).toBe(`${alias!.changedAt.slice(0, 19).replace("T", " ")} UTC`);
      expect(await since.innerText()).toMatch(/^(just now|\d+ minutes? ago) · /);
      await tab.locator("[data-alias=champion] button").click();
      await tab.getByRole("button", { name: "Cancel" }).click();
      expect(await points()).toBe("V1");
      await tab.locator("[data-alias=champion] button").click();
      await tab.getByRole("button", { name: "Move to V2" }).click();
      await expect.poll(() => text(tab, "[data-alias=champion] .alias-version")).toBe("V2");
      expect(await points()).toBe("V2");
      // It moved elsewhere while the page was open: that is read before the question, and refused after it.
      await mm.registry.setModelAlias("M", "champion", "V1");
      await tab.locator("[data-alias=champion] button").click();
      await tab.getByText("uses V2 instead of V1").waitFor();
      const primary = tab.getByRole("button", { name: "Move to V2" });
      const ground = () => primary.evaluate("(button) => getComputedStyle(button).backgroundColor");
      const before = await ground();
      await primary.hover();
      expect(await ground()).toBe(before);
      await mm.registry.setModelAlias("M", "champion", "V2");
      await primary.click();
      await tab.getByText("champion of M points at V2, not at V1").waitFor();
      await tab.getByRole("button", { name: "Cancel" }).click();

      const tokens = workspaceTokens(mm);
      const make = (role: "viewer" | "operator") => tokens.create({ name: role, role, expiresAt: null }, new Date());
      const [viewer, operator] = [await make("viewer"), await make("operator")];
      const stranger = await openTab(browser);
      await stranger.goto(`${url}/registry/M`);
      await stranger.getByLabel("Token").fill(viewer);
      await stranger.getByRole("button", { name: "Look around" }).click();
      await stranger.getByText("Your role, viewer, may look. Moving an alias takes another.").waitFor();
      expect(await stranger.locator("[data-alias=champion] button").count()).toBe(0);
      await stranger.getByText("viewer, viewer").waitFor();
      await stranger.getByRole("button", { name: "Sign out" }).click();
      await stranger.getByLabel("Token").fill(`${viewer}x`);
      await stranger.getByRole("button", { name: "Look around" }).click();
      await stranger.getByText("That token is not known, or was revoked.").waitFor();
      await stranger.getByLabel("Token").fill(viewer);
      await stranger.getByRole("button", { name: "Look around" }).click();
      await stranger.getByText("Your role, viewer, may look. Moving an alias takes another.").waitFor();
      const move = (token: string) =>
        fetch(`${url}/v1/aliases/M/champion`, {
          method: "POST",
          headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
          body: JSON.stringify({ version: "V1" }),
        });
      expect((await move(viewer)).status).toBe(403);
      expect(await points()).toBe("V2");
      expect((await move(operator)).status).toBe(200);
      expect(await points()).toBe("V1");
      expect((await mm.models.audit({ model: "M", limit: 1 }))[0]).toMatchObject({ by: "operator" });
    });

    it("is accessible in every view, in light and dark, and fits on a phone", async () => {
      const { url } = await openRun({ both: true });
      const views = [
        ["/", ".losses"],
        ["/runs", "table.rows"],
        ["/runs/first", ".failures"],
        ["/runs/first/partitions", "a.multiple svg"],
        [series("first", "s:U03"), ".chart canvas"],
        [series("first", "s:bad one"), "[role=alert]"],
        ["/compare?a=first&b=second", ".scatter circle"],
        ["/registry", "table.rows"],
        ["/registry/M", ".lineage"],
        ["/monitor", ".empty"],
        ["/nowhere", ".empty"],
      ] as const;
      for (const options of [{ dark: false }, { dark: true, phone: true }]) {
        const tab = await openTab(browser, options);
        for (const [path, ready] of views) {
          await tab.goto(url + path);
          await tab.locator(ready).first().waitFor();
          expect(await violations(tab), `${path} ${JSON.stringify(options)}`).toEqual([]);
          expect(await tab.evaluate("document.documentElement.scrollWidth - innerWidth"), path).toBeLessThanOrEqual(0);
        }
      }
    });
  },
);
