import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { ACCESS } from "../../src/serving/access.ts";
import { createMetrics } from "../../src/serving/metrics.ts";

const document = await readFile(fileURLToPath(new URL("../../docs/serving.md", import.meta.url)), "utf8");
const cells = (row: string) =>
  row
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll("`", ""));

it("docs/serving.md has the authorisation matrix as it is", () => {
  const rows = [...document.matchAll(/^\| `[A-Z]+ \/.*\|$/gm)].map(([row]) => cells(row));
  expect(rows).toEqual(Object.entries(ACCESS));
});

it("docs/serving.md has every metric with its labels", async () => {
  const rows = [...document.matchAll(/^\| `manymodel_.*\|$/gm)].map(([row]) => cells(row).slice(0, 2));
  const { registry } = createMetrics(() => 0);
  const metrics = (await registry.getMetricsAsJSON())
    .map(({ name }) => name)
    .filter((name) => name.startsWith("manymodel_"));
  expect(rows.map(([name]) => name).sort()).toEqual(metrics.sort());
  for (const [name, labels] of rows) {
    const { labelNames } = registry.getSingleMetric(name!) as unknown as { labelNames: string[] };
    expect(labelNames.join(", "), name).toBe(labels);
  }
});
