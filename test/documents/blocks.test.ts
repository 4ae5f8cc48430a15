import { existsSync, readdirSync, readFileSync } from "node:fs";
import { cp, mkdir, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../workspace.ts";
import { BLOCKS, root } from "./pages.ts";
import { shell } from "./shell.ts";

/** Returns the code of all blocks of one name, in the order of its page. */
const codeOf = (how: string, name: string) =>
  BLOCKS.filter((block) => block.how === how && block.name === name)
    .map(({ code }) => code)
    .join("\n");

/** Returns a copy of an example, beside an installed package. */
async function copyOf(example: string): Promise<string> {
  const above = await temporaryFolder();
  await mkdir(path.join(above, "node_modules"));
  await symlink(root, path.join(above, "node_modules", "manymodel"));
  const folder = path.join(above, example);
  const from = path.join(root, "examples", example);
  if (!existsSync(from)) await mkdir(folder);
  else {
    const isOutput = (file: string) => /\.manymodel|\.csv$|inbox|node_modules/.test(path.relative(from, file));
    await cp(from, folder, { recursive: true, filter: (file) => !isOutput(file) });
  }
  return folder;
}

const TWO_RUNS = `node data.mjs
manymodel init --table sales.csv --partition-by sku --order-by day --target qty --model holt-winters
manymodel train --run-id screen
manymodel train --run-id other --model theta
`;

/** For the blocks of a name: the folder to run in, the blocks before them, and the output they must print. */
const SCENARIOS: {
  readonly [name: string]: { readonly in?: string; readonly after?: string; readonly says: string[] };
} = {
  drivers: {
    says: ["3 trained, 0 failed", "scored 3 partitions: 3 OK", "SKU-001: Regression with ARIMA", "OWN V1"],
  },
  "quick-start": {
    says: [
      "5 trained, 0 failed",
      "scored 5 partitions: 5 OK",
      "A-3: ETS",
      "Drawn in accuracy.svg.",
      "rows of the same key and time",
      "Wrote 150 rows to forecasts.csv.",
      "Wrote 150 rows of FORECASTS to forecasts.parquet.",
    ],
  },
  shortest: {
    in: "quick-start",
    after: "node data.mjs\n",
    says: ["register: MANY_MODEL_FORECAST V1", "Wrote 150 rows of FORECASTS to forecasts.csv."],
  },
  pictures: {
    in: "quick-start",
    after: `${TWO_RUNS}manymodel register --run screen\n`,
    says: ["A-3: holt-winters", '"LO_90"', "Drawn in worst.svg.", "Drawn in compare.svg.", "holt-winters           5"],
  },
  "which-series": {
    in: "quick-start",
    // A-5 ends with the year 2025.
    after: "node data.mjs\nsed -i.all '/^A-5,2026/d' sales.csv\n",
    says: ["3 trained, 0 failed", "1 series has ended", "scored 4 partitions: 3 OK", "1 ended", "A-5  ENDED       0"],
  },
  overrides: {
    in: "quick-start",
    after: `${TWO_RUNS}manymodel register --run screen\nmanymodel batch\n`,
    says: [
      "2 overrides set.",
      "street festival",
      "FORECAST_FINAL",
      "40  true",
      "1 override removed.",
      "moved from October",
    ],
  },
  floors: {
    in: "quick-start",
    after: "node data.mjs\n",
    says: ["5 trained, 0 failed", "scored 5 partitions: 5 OK", "     0  true   70"],
  },
  registry: {
    in: "quick-start",
    after: TWO_RUNS,
    says: ["SALES_MODEL V1 scored 5 partitions: 5 OK", "OK         35"],
  },
  "own-package": { says: ["5 trained, 0 failed", "scored 5 partitions: 5 OK"] },
  "sku-forecasts": { says: ["5 trained, 0 failed", "scored 5 partitions: 5 OK", "5 partitions: 0 drift"] },
  "store-sales": {
    says: ["6 trained, 0 failed", "scored 6 partitions: 6 OK", "2, garden: store-sales", "6 ok"],
  },
  "new-articles": { says: ["20 trained, 0 failed", "scored 22 partitions: 20 OK, 2 by the fallback", "not-trained"] },
  churn: { says: ["3 trained, 0 failed", "scored 3 partitions: 3 OK", "TICKETS", "AUC", "psi of PLAN"] },
  "sensor-anomalies": {
    says: ["6 trained, 0 failed", "288 rows in READING_RESULTS", "level-shift", "stuck", "missing"],
  },
  weeks: {
    in: "quick-start",
    says: ['{"period":7}', "became", "of the grid P7D (sum)", "scored 5 partitions: 5 OK"],
  },
  "every-night": {
    says: [
      "champion is V1, the first version",
      "V2 does not replace V1 as champion: 100 % of the 24 new observations",
      "V1             336",
      "champion is V3",
      "champion is V4",
      "champion is V5",
      "OK        24  336",
      "ENDED      1    1",
    ],
  },
  planning: {
    says: ["12 trained, 0 failed", "wape of smooth by category, the worst first", "scored 12 partitions: 12 OK", "A21"],
  },
  retail: {
    says: [
      "12 trained, 0 failed",
      "6 refined, 0 failed",
      "SKUS V1 scored 12 partitions: 12 OK",
      "STORES V1 scored 4 partitions: 4 OK",
      "Reconciled 12 leaves and 8 sums over 28 steps by wls-var",
      "Wrote 12 rows of FORECASTS to orders.csv.",
      "Wrote 560 rows of RECONCILED_FORECASTS to sales-plan.csv.",
    ],
  },
  hierarchy: { says: ["1 trained, 0 failed", "Reconciled 12 leaves and 5 sums over 14 steps by wls-var"] },
};

/** Blocks that other tests run: those below, that of the fleets. */
const ELSEWHERE = ["", "refine", "serving", "tokens", "slurm"];

describe("the examples of the documents run", () => {
  it("every block says how", () => {
    const silent = BLOCKS.filter(({ how }) => how === undefined).map(
      ({ page, code }) => `${page}: ${code.split("\n")[0]}`,
    );
    expect(silent).toEqual([]);
    const runs = new Set(BLOCKS.filter(({ how }) => how === "run").map(({ name }) => name));
    expect([...runs].sort()).toEqual([...ELSEWHERE, ...Object.keys(SCENARIOS)].sort());
  });

  it("the README's commands on your own data, then the guide's screen and refine, then serving", async () => {
    const folder = await temporaryFolder();
    const days = Array.from({ length: 120 }, (_, i) => new Date(Date.UTC(2026, 0, 1 + i)).toISOString().slice(0, 10));
    const rows = ["A", "B"].flatMap((sku) =>
      days.map((day, i) => `${sku},${day},${20 + (i % 7) + ((i * i * 7) % 11) / 4}`),
    );
    await writeFile(path.join(folder, "sales.csv"), ["sku,day,qty", ...rows].join("\n"));
    const { status, stdout, stderr } = await shell(folder, codeOf("run", ""));
    expect(status, stderr).toBe(0);
    expect(stdout).toContain("2 of 2 scored into FORECAST_RESULTS, 0 without a model, 0 errors");
    expect(stdout.match(/2026-05-0\d/g)).toHaveLength(7);
    const refined = await shell(folder, codeOf("run", "refine"));
    expect(refined.status, refined.stderr).toBe(0);
    expect(refined.stdout).toContain("Run refined: 1 partitions of screen, 1 refined, 0 failed, 0 not started");
    expect(refined.stdout).toContain("Registered MANY_MODEL_FORECAST V2: run champions, 2 models");
    expect(refined.stdout).toContain("MANY_MODEL_FORECAST V2 scored 2 partitions: 2 OK");
    expect(existsSync(path.join(folder, "compared.svg"))).toBe(true);
    const served = await shell(folder, codeOf("run", "serving"));
    expect(served.status, served.stderr).toBe(0);
    const { predictions } = JSON.parse(served.stdout);
    expect(predictions.map(({ status }: { status: string }) => status)).toEqual(["OK", "OK"]);
    expect(predictions[0].times[0]).toBe("2026-05-01");
    const listed = await shell(folder, codeOf("run", "tokens"));
    expect(listed.status, listed.stderr).toBe(0);
    expect(listed.stdout).toMatch(/nightly-job +viewer/);
    expect(listed.stdout).toContain("Token nightly-job is revoked.");
  });

  it.each(Object.entries(SCENARIOS))("%s", async (name, { in: example = name, after = "", says }) => {
    const folder = await copyOf(example);
    const { status, stdout, stderr } = await shell(folder, after + codeOf("run", name));
    expect(status, stderr).toBe(0);
    for (const text of says) expect(stdout).toContain(text);
  });

  it("the README's first lines, with the output that it shows", async () => {
    const { status, stdout, stderr } = await shell(await copyOf("readme"), "node first.mjs");
    expect(status, stderr).toBe(0);
    expect(readFileSync(path.join(root, "README.md"), "utf8")).toContain(`\n\`\`\`\n${stdout}\`\`\`\n`);
  });

  it("the forecasting example", async () => {
    const { status, stdout, stderr } = await shell(await copyOf("forecast"), "node forecast.mjs");
    expect(status, stderr).toBe(0);
    expect(stdout).toContain("ARIMA(0,0,0)(0,1,0)[4] with drift, fitted to ");
    expect(stdout).toMatch(/next quarter, knowing this one: 58\.\d/);
  });

  it("the forecasting package's page", async () => {
    const folder = await temporaryFolder();
    await mkdir(path.join(folder, "node_modules", "@manymodel"), { recursive: true });
    await symlink(path.join(root, "packages", "forecast"), path.join(folder, "node_modules", "@manymodel", "forecast"));
    await writeFile(path.join(folder, "forecast.mjs"), codeOf("script", "forecast"));
    const { status, stdout, stderr } = await shell(folder, "node forecast.mjs");
    expect(status, stderr).toBe(0);
    expect(stdout).toMatch(/^ARIMA\(0,0,0\)\(0,1,0\)\[4\] with drift: 46\.\d, 95 %: /);
    expect(stdout).toMatch(/after 46: 58\.\d/);
  });

  it("the walkthrough", async () => {
    const folder = await copyOf("walkthrough");
    await writeFile(path.join(folder, "walkthrough.mjs"), codeOf("script", "walkthrough"));
    const { status, stdout, stderr } = await shell(folder, "node walkthrough.mjs");
    expect(status, stderr).toBe(0);
    expect(stdout).toContain("4 models, 0 failures");
    expect(stdout).toContain("4 of 4 shops scored");
    expect(stdout).toMatch(/ARIMA\(.*\[4\]/);
  });

  it("every example that has a loop", async () => {
    const examples = readdirSync(path.join(root, "examples")).filter((name) =>
      existsSync(path.join(root, "examples", name, "loop.mjs")),
    );
    expect(examples).toContain("sku-demand");
    for (const name of examples) {
      const folder = await copyOf(name);
      const { status, stdout, stderr } = await shell(folder, "manymodel setup --series 20 --days 200 && node loop.mjs");
      expect(status, `${name}: ${stderr}`).toBe(0);
      expect(stdout).toContain("20 models, 0 failures");
      expect(stdout).toContain("20 of 20 partitions scored into FORECAST_RESULTS");
    }
  });
});
