import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { connect, type ManyModel } from "manymodel";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root } from "./pages.ts";
import { shell } from "./shell.ts";

const PACKAGES = ["manymodel", "ml-random-forest", "@tensorflow", "onnxruntime-web"];
const isInstalled = (name: string) => existsSync(path.join(root, "node_modules", name));

let folder: string;
let mm: ManyModel;

// A copy of the example with its data, beside the packages that it imports.
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "manymodel-libraries-"));
  await cp(path.join(root, "examples", "libraries"), folder, { recursive: true });
  await mkdir(path.join(folder, "node_modules"));
  for (const name of PACKAGES) {
    const from = name === "manymodel" ? root : path.join(root, "node_modules", name);
    if (existsSync(from)) await symlink(from, path.join(folder, "node_modules", name));
  }
  const { status, stderr } = await shell(folder, "node data.mjs && cp churn.onnx was.onnx && node make-onnx.mjs");
  expect(status, stderr).toBe(0);
  mm = await connect(path.join(folder, "manymodel.yaml"));
});
afterAll(async () => {
  await mm.close();
  await rm(folder, { recursive: true, force: true });
});

/** Returns the risks of today's customers by a definition, and its AUC on customers that it has not seen. */
async function scored(definition: string): Promise<{ risks: Map<string, number>; auc: number[] }> {
  const { runId: run, index } = await mm.train(`./${definition}.js`, { mode: "local" });
  expect(index).toMatchObject({ succeeded: 3, failed: 0 });
  await mm.models.register({ run });
  await mm.score();
  const { rows } = await mm.tables.query("SELECT CUSTOMER, FORECAST FROM CHURN_RISK WHERE STATUS = 'OK'");
  const { rows: metrics } = await mm.tables.query(
    "SELECT VALUE FROM TRAINING_METRICS WHERE METRIC = 'holdout_auc' AND RUN_ID = $1",
    [run],
  );
  return {
    risks: new Map(rows.map(([customer, risk]) => [String(customer), Number(risk)])),
    auc: metrics.flat().map(Number),
  };
}

describe("models of libraries, trained, stored and scored", () => {
  it.each(["random-forest", "boosting", "tensorflow", "workflow"])("%s", async (definition) => {
    const { risks, auc } = await scored(definition);
    expect(risks.size).toBe(60);
    for (const risk of risks.values()) {
      expect(risk).toBeGreaterThanOrEqual(0);
      expect(risk).toBeLessThanOrEqual(1);
    }
    expect(auc).toHaveLength(3);
    // Of guesses it is 0.5.
    for (const value of auc) expect(value).toBeGreaterThan(0.55);
  });

  it.skipIf(!isInstalled("onnxruntime-web"))(
    "onnx (skipped where onnxruntime-web, 140 MB, is not installed)",
    async () => {
      const { risks } = await scored("onnx");
      expect(risks.size).toBe(60);
      const [, ...customers] = (await readFile(path.join(folder, "today.csv"), "utf8")).trim().split("\n");
      const first = new Map<string, { readonly score: number; readonly logit: number }>();
      const slopes = new Map<string, number>();
      for (const [region = "", id = "", tenure, tickets] of customers.map((line) => line.split(","))) {
        // The scorer's own formula (make-onnx.mjs); a region's log odds are a straight line of it.
        const score = 0.2 - 0.4 * Number(tenure) + 0.6 * Number(tickets);
        const risk = risks.get(id) ?? NaN;
        const logit = Math.log(risk / (1 - risk));
        const from = first.get(region);
        if (from === undefined) first.set(region, { score, logit });
        else {
          const slope = (logit - from.logit) / (score - from.score);
          expect(slope).toBeCloseTo(slopes.get(region) ?? slope, 3);
          slopes.set(region, slope);
        }
      }
      expect(slopes.size).toBe(3);
    },
  );
});

it("churn.onnx equals the output of its script", async () => {
  expect(await readFile(path.join(folder, "churn.onnx"))).toEqual(await readFile(path.join(folder, "was.onnx")));
});
