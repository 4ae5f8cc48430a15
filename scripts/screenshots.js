/**
 * Pictures of every view of the dashboard for the documents, in `docs/images`, in light and in dark: of the demo's workspace (`npm start`), or of the one whose
 * configuration is named. Needs Chromium.
 *
 *   node scripts/screenshots.js [manymodel-demo/manymodel.yaml]
 */
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const root = fileURLToPath(new URL("..", import.meta.url));
const config = process.argv[2] ?? `${root}manymodel-demo/manymodel.yaml`;
const executablePath = spawnSync("which", ["chromium"], { encoding: "utf8" }).stdout.trim();
const ui = spawn(process.execPath, [`${root}bin/manymodel.js`, "ui", "--config", config, "--port", "0", "--json"], {
  stdio: ["ignore", "pipe", "inherit"],
});
try {
  let output = "";
  for await (const piece of ui.stdout) {
    output += piece;
    if (output.includes("}")) break;
  }
  const { url } = JSON.parse(output);
  const read = async (path) => {
    for (;;) {
      const response = await fetch(`${url}/api${path}`);
      if (response.status !== 202) return response.json();
    }
  };
  const runs = await read("/runs");
  const run = (runs.find(({ mode }) => mode === "champions") ?? runs[0]).runId;
  await read(`/runs/${run}/partitions`);
  const { rows } = await read(`/runs/${run}/rows?sort=holdout_mae&order=desc&limit=1`);
  const { attributes } = await read(`/runs/${run}/partitions`);
  const by = attributes.at(-1)?.name ?? "";
  const models = await read("/models");
  const { champions } = await read(`/runs/${run}`);
  const other = champions[0] ?? runs.find(({ runId }) => runId !== run)?.runId ?? run;
  const { hasHierarchy } = await read("/session");
  const model = models.find(({ versions }) => versions.some(({ runId }) => runId === run)) ?? models[0];
  const pictures = [
    ["night", "/", ".losses"],
    ["runs", "/runs", "svg.outline"],
    ["run", `/runs/${run}`, ".distribution"],
    ["partitions", `/runs/${run}/partitions?by=${by}`, "a.multiple svg"],
    ["series", `/runs/${run}/series?key=${encodeURIComponent(rows[0].key)}&span=90`, ".key-held"],
    ["totals", `/totals?by=${by}`, "table.totals"],
    ...(hasHierarchy ? [["hierarchy", "/hierarchy", "table.parts"]] : []),
    ["compare", `/compare?a=${other}&b=${run}`, ".scatter circle"],
    ["registry", `/registry/${model?.model ?? ""}`, ".lineage"],
    ["monitor", "/monitor", "main table"],
  ];
  mkdirSync(`${root}docs/images`, { recursive: true });
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  for (const colorScheme of ["light", "dark"]) {
    const tab = await browser.newPage({ colorScheme, viewport: { width: 1080, height: 680 }, reducedMotion: "reduce" });
    for (const [name, path, ready] of pictures) {
      await tab.goto(url + path);
      await tab.locator(ready).first().waitFor();
      const file = `${root}docs/images/${name}${colorScheme === "dark" ? "-dark" : ""}.png`;
      await tab.screenshot({ path: file });
      console.log(`${file}: ${Math.round(statSync(file).size / 1000)} kB`);
    }
  }
  await browser.close();
} finally {
  ui.kill("SIGTERM");
}
