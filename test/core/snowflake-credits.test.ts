import { describe, expect, it } from "vitest";
import { creditsByMode } from "../../src/core/snowflake-credits.ts";

const RATES = { warehouse: 1, warehouseThreads: 8, node: 0.12, serverless: 0.9 };

describe("credits by mode", () => {
  it("are rates times hours, with the least and the trailing time billed", () => {
    // By hand: 28,800 CPU s on 2 threads are 4 h; on 4 nodes of 3 threads 2,400 s, and 300 s until the pool is suspended:
    // 4 nodes x 0.75 h x 0.12 + 2/3 h x 0.9 + 2 minutes x 1; in a warehouse 1 h.
    const modes = creditsByMode(28_800, 2, RATES, { replicas: 4, threads: 3 });
    expect(modes.map(({ mode, seconds }) => [mode, seconds])).toEqual([
      ["client", 14_400],
      ["service", 2400],
      ["warehouse", 3600],
    ]);
    expect(modes.map(({ credits }) => Number(credits.toFixed(9)))).toEqual([4, 0.993333333, 1]);
  });

  it("of a small run are the least that is billed: a minute of a warehouse, five of a node", () => {
    const modes = creditsByMode(2, 2, RATES, { replicas: 1, threads: 2 });
    expect(modes[0]!.credits).toBeCloseTo(1 / 60, 12);
    expect(modes[1]!.credits).toBeCloseTo((301 / 3600) * 0.12 + (1 / 3600) * 0.9 + 2 / 60, 9);
    expect(modes[2]!.credits).toBeCloseTo(1 / 60, 12);
  });

  it("leave out containers without a rate or without containers", () => {
    const { node: _, ...rates } = RATES;
    expect(creditsByMode(60, 1, rates, { replicas: 1, threads: 1 }).map(({ mode }) => mode)).toEqual([
      "client",
      "warehouse",
    ]);
    expect(creditsByMode(60, 1, RATES).map(({ mode }) => mode)).toEqual(["client", "warehouse"]);
  });
});
