import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type Browser, chromium, type Page } from "playwright-core";
import { expect, onTestFinished } from "vitest";

const executable = spawnSync("which", ["chromium"], { encoding: "utf8" }).stdout.trim();
/** The reason why there is no browser to test in, or undefined. */
export const NO_BROWSER = executable === "" ? "no chromium on the PATH (apt-get install chromium)" : undefined;

export const launch = (): Promise<Browser> => chromium.launch({ executablePath: executable, args: ["--no-sandbox"] });

/**
 * Opens a tab until the end of the test. Nothing may go wrong in it: neither in a script nor against the page's policy.
 */
export async function openTab(
  browser: Browser,
  options: { dark?: boolean; phone?: boolean; token?: string } = {},
): Promise<Page> {
  const tab = await browser.newPage({
    colorScheme: options.dark ? "dark" : "light",
    viewport: options.phone ? { width: 390, height: 844 } : { width: 1280, height: 800 },
    reducedMotion: "reduce",
  });
  // A busy machine is slow, not wrong.
  tab.setDefaultTimeout(120_000);
  if (options.token !== undefined)
    await tab.addInitScript(`sessionStorage.setItem("manymodel.token", ${JSON.stringify(options.token)})`);
  const wrong: string[] = [];
  tab.on("pageerror", (error) => wrong.push(error.message));
  // What the server refuses is said to the console also; that is no mistake of the page's.
  tab.on("console", (message) => {
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) wrong.push(message.text());
  });
  onTestFinished(async () => {
    await tab.close();
    expect(wrong).toEqual([]);
  });
  return tab;
}

/**
 * Returns the texts of a tab that are cut without being told in full by a title, and those wider than the page. Numbers must not be
 * cut at all.
 */
export async function cutTexts(tab: Page): Promise<string[]> {
  // Charts take the width of the page in the frame after it changes.
  await tab.evaluate("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))");
  return tab.evaluate(`(() => {
    const page = document.documentElement;
    const wide = page.scrollWidth > innerWidth ? ["the page is " + page.scrollWidth + " pixels wide"] : [];
    const isCut = (one) => /hidden|clip/.test(getComputedStyle(one).overflowX) && one.clientWidth > 1 && one.scrollWidth > one.clientWidth + 1;
    const isNumber = (text) => /^[\\d\\s.,%+−–]+$/.test(text);
    const cut = [...document.querySelectorAll("main *, header *")].filter(
      (one) => one.innerText?.trim() && isCut(one) && (isNumber(one.innerText) || !(one.closest("[title]") ?? one.querySelector("[title]"))),
    );
    return [...wide, ...cut.map((one) => one.outerHTML.slice(0, 200))];
  })()`);
}

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Returns axe's findings about the tab: one line for each kind, with the first place. */
export async function violations(tab: Page): Promise<string[]> {
  // Evaluated rather than loaded: the page's policy allows no script but its own.
  await tab.evaluate(axe);
  return tab.evaluate(
    'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes[0].html + " " + nodes[0].failureSummary))',
  );
}
