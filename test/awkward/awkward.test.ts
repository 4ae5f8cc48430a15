import { describe, expect, it } from "vitest";
import { ENGINES, type EngineOfPlaces } from "../engines/places.ts";
import { type Findings, type Plan, workOnAwkward } from "./workspace.ts";

/** Two SKUs of each kind by the methods that take a moment; npm run test:awkward has all methods, and 300 SKUs. */
const PLAN: Plan = {
  ...{ skus: 42, workers: 1, chunks: 4, order: "sorted" },
  methods: ["snaive", "drift", "ets", "theta", "dynamic-theta", "holt-winters", "croston", "imapa"],
};
/** The methods of the other engines: with and without a season, and with failures. */
const ELSEWHERE: Plan = { ...PLAN, methods: ["holt-winters", "croston"] };

/** Returns the results of a plan's methods. */
const resultsOf = ({ methods }: Plan, results: Findings["results"]): Findings["results"] =>
  new Map([...results].filter(([name]) => methods.some((method) => name.startsWith(`${method}/`))));

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
        const plan = engine === first ? PLAN : ELSEWHERE;
        const { results, unexplained, implausible } = await workOn(engine, plan);
        if (engine === first) local = results;
        expect(results.size).toBeGreaterThan(plan.skus * plan.methods.length);
        expect(unexplained).toEqual([]);
        expect(implausible).toEqual([]);
        expect(results).toEqual(resultsOf(plan, local));
      },
    );

  it("have the same results for any order of rows, chunks and workers", async () => {
    if (first === undefined) throw new Error("there is no engine");
    const { results } = await workOn(first, { ...ELSEWHERE, workers: 2, chunks: 17, order: "mixed" });
    expect(results).toEqual(resultsOf(ELSEWHERE, local));
  });
});
