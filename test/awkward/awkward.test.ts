import { describe, expect, it } from "vitest";
import { ENGINES, type EngineOfPlaces } from "../engines/places.ts";
import { type Findings, type Plan, workOnAwkward } from "./workspace.ts";

/** The methods that take a moment; npm run test:awkward has all of them, and 300 SKUs. */
const PLAN: Plan = {
  ...{ skus: 60, workers: 1, chunks: 4, order: "sorted" },
  methods: ["snaive", "drift", "ets", "theta", "dynamic-theta", "holt-winters", "croston", "imapa"],
};

async function workOn({ open }: EngineOfPlaces, plan: Plan): Promise<Findings> {
  const place = await open();
  try {
    return await workOnAwkward(place, plan);
  } finally {
    await place.close();
  }
}

describe("SKUs that are hard to forecast", () => {
  const [first] = ENGINES;
  let local: Findings["results"] = new Map();

  for (const engine of ENGINES)
    it.skipIf(engine.missing !== undefined)(
      `have plausible forecasts or good reasons, the same on every engine: ${engine.engine}`,
      async () => {
        const { results, unexplained, implausible } = await workOn(engine, PLAN);
        if (engine === first) local = results;
        expect(results.size).toBeGreaterThan(PLAN.skus * PLAN.methods.length);
        expect(unexplained).toEqual([]);
        expect(implausible).toEqual([]);
        expect(results).toEqual(local);
      },
    );

  it("have the same results whatever the order of rows, the chunks and the workers", async () => {
    if (first === undefined) throw new Error("there is no engine");
    const { results } = await workOn(first, { ...PLAN, workers: 2, chunks: 17, order: "mixed" });
    expect(results).toEqual(local);
  });
});
