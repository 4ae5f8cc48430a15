import { expect, it } from "vitest";
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
