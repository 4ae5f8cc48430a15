import { expect, it } from "vitest";
import { BUILTIN_MODELS } from "../../src/api/builtin-models.ts";
import { withConfiguredOptions } from "../../src/api/configured-model.ts";
import { openWorkspace } from "../workspace.ts";

it("a model that is named takes the configured options that it has", async () => {
  const mm = await openWorkspace(
    "memory",
    "model: { name: churn, options: { features: [TENURE], ridge: 2, explain: true } }",
  );
  const { features, explain } = { features: ["TENURE"], explain: true };
  expect(withConfiguredOptions(mm, "churn")).toEqual({ name: "churn", options: { features, ridge: 2, explain } });
  expect(withConfiguredOptions(mm, "boosted-classification")).toEqual({
    name: "boosted-classification",
    options: { features, explain },
  });
  expect(withConfiguredOptions(mm, "ets")).toEqual({ name: "ets", options: {} });
  expect(withConfiguredOptions(mm, "./mine.js")).toBe("./mine.js");
});

it("a definition that is named by another path to the configured file takes all options", async () => {
  const mm = await openWorkspace("memory", "model: { name: ./mine.js, options: { depth: 3 }, external: [addon] }");
  const expected = { options: { depth: 3 }, external: ["addon"] };
  expect(withConfiguredOptions(mm, "./mine.js")).toEqual({ name: "./mine.js", ...expected });
  expect(withConfiguredOptions(mm, "./other/../mine.js")).toEqual({ name: "./other/../mine.js", ...expected });
  expect(withConfiguredOptions(mm, "./other.js")).toBe("./other.js");
});

it("a model that measures one origin and no lag refuses others", async () => {
  const several = await openWorkspace("memory", "source: { table: SALES, partition_by: SKU }\ntrain: { origins: 2 }");
  await expect(several.train("store-sales")).rejects.toThrow(
    "train.origins: model store-sales does not measure its holdout by train.origins; leave origins out",
  );
  const lagged = await openWorkspace("memory", "source: { table: SALES, partition_by: SKU }\ntrain: { lag: 7 }");
  await expect(lagged.train("sensor-anomalies")).rejects.toThrow("by train.lag; leave lag out");
  for (const name of ["ets", "learned", "global"])
    expect(Object.keys(BUILTIN_MODELS[name]?.options ?? {})).toEqual(expect.arrayContaining(["lag", "origins"]));
});
