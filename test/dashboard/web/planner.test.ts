import { expect, it, onTestFinished } from "vitest";
import { startDashboard } from "../../../dist/dashboard/server.js";
import { DAILY_COLUMNS, fillDaily, fillTable, openWorkspace } from "../../workspace.ts";
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

const DAY = 86_400_000;
const DAYS = 40;
/** Days of a fair and of a promotion, the last of each in the forecast, and their effects. */
const [FAIR, EFFECT] = [[12, 25, DAYS + 4], 20];
const [PROMOTED, GAIN] = [[5, 18, 19, 33, DAYS + 7], 10];

it.skipIf(NO_BROWSER !== undefined)("marks holidays and drivers at their steps, each with its effect", async () => {
  const dates = FAIR.map((day) => new Date(day * DAY).toISOString().slice(0, 10));
  const mm = await openWorkspace(
    "local",
    `source: { table: SALES, partition_by: UNIT_ID, order_by: OBS_DATE, target: "Y", holidays: { days: { fair: [${dates}] } }, regressors: [{ column: PROMO, missing: 0 }] }
train: { horizon: 10 }
`,
  );
  const rows = Array.from({ length: DAYS }, (_, day) => [
    "U00",
    day * DAY,
    day + ((day * 7) % 5) / 5 + (FAIR.includes(day) ? EFFECT : 0) + (PROMOTED.includes(day) ? GAIN : 0),
    Number(PROMOTED.includes(day)),
  ]);
  const planned = ["U00", (DAYS + 7) * DAY, null, 1];
  await fillTable(mm, "SALES", [...DAILY_COLUMNS, { name: "PROMO", type: "number" }], [...rows, planned]);
  const { runId } = await mm.train("linear");
  const [row] = (await mm.tables.query("SELECT INFO FROM TRAINING_RESULTS")).rows;
  const { fair, PROMO } = JSON.parse(String(row?.[0])).effects;
  expect(Math.abs(fair.effect - EFFECT)).toBeLessThan(1);
  expect(Math.abs(PROMO.effect - GAIN)).toBeLessThan(1);
  const [fairText, promoText] = [`fair +${fair.effect.toPrecision(4)}`, `PROMO +${PROMO.effect.toPrecision(4)}`];
  const { url, close } = await startDashboard(mm, { host: "127.0.0.1", port: 0 });
  onTestFinished(close);
  const browser = await launch();
  onTestFinished(() => browser.close());
  const tab = await openTab(browser);
  await tab.goto(`${url}/runs/${runId}/series?key=s:U00&span=0`);
  const driver = tab.locator("section", { hasText: "Drivers" }).locator("tbody tr");
  await driver.first().waitFor();
  expect((await driver.allInnerTexts()).map((text) => text.split("\t").slice(0, 2).join(" ")).sort()).toEqual([
    promoText,
    fairText,
  ]);
  // The model's fitted values and intervals take the drivers into account.
  expect(await tab.getByText(/No fitted values|No intervals/).count()).toBe(0);
  expect(await tab.locator(".legend").innerText()).toMatch(/holidays\s+PROMO/);

  const plot = tab.locator(".chart .u-over");
  const box = await plot.boundingBox();
  if (box === null) throw new Error("there is no chart");
  const steps = DAYS + 10;
  for (const step of [...FAIR, ...PROMOTED].flatMap((day) => [day - 1, day, day + 1])) {
    const x = (step * (box.width - 1)) / (steps - 1);
    let y = box.height / 2;
    const readout = async () => {
      // A chart that is drawn anew has lost the pointer until it moves again.
      await plot.hover({ position: { x, y: y++ } });
      return tab.locator(".readout").innerText();
    };
    await expect.poll(readout).toContain(new Date(step * DAY).toISOString().slice(0, 10));
    expect((await readout()).includes(fairText), `step ${step}`).toBe(FAIR.includes(step));
    expect((await readout()).includes(promoText), `step ${step}`).toBe(PROMOTED.includes(step));
  }
  // The dotted lines and the ticks, by the number of their green pixels at each step.
  const green = await tab.evaluate<number[]>(`(() => {
    const canvas = document.querySelector(".chart canvas");
    const plot = document.querySelector(".chart .u-over").getBoundingClientRect();
    const left = plot.left - canvas.getBoundingClientRect().left;
    const context = canvas.getContext("2d");
    return Array.from({ length: ${steps} }, (_, step) => {
      const x = Math.round((left + step * plot.width / ${steps - 1}) * devicePixelRatio);
      const { data } = context.getImageData(Math.max(0, x - 1), 0, 2, canvas.height);
      let green = 0;
      for (let i = 0; i < data.length; i += 4) if (data[i + 1] > data[i] + 15 && data[i + 1] > data[i + 2] + 5) green++;
      return green;
    });
  })()`);
  const stepsOf = (isMark: (pixels: number) => boolean) =>
    [...green.entries()].filter(([, pixels]) => isMark(pixels)).map(([step]) => step);
  expect(stepsOf((pixels) => pixels > 40)).toEqual(FAIR);
  expect(stepsOf((pixels) => pixels > 0 && pixels <= 40)).toEqual(PROMOTED);
});
