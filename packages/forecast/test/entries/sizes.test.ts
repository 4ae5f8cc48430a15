import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { entrySizes } from "../../../../scripts/entry-sizes.js";

/** The most bytes of each entry's import (scripts/entry-sizes.js), minified. Raise one only for a reason worth its bytes. */
const MOST: Readonly<Record<string, number>> = {
  simple: 6_000,
  averages: 7_000,
  anomaly: 30_000,
  // Two kernels of 22 kB make fits more than twice as fast, with the same bits.
  arima: 91_000,
  // A kernel of 4.9 kB, and the code to call it.
  smoothing: 37_600,
  // Its errors take the search of ARIMA. A kernel of 5.9 kB, its reference and the code to call it make it 2.5 times as fast.
  tbats: 114_000,
  intermittent: 6_000,
  regression: 16_000,
  hierarchy: 14_000,
  monitoring: 6_000,
  stats: 3_000,
  time: 4_000,
  // `best` combines forms of every family. The kernel of `ces` makes that 3 times as fast, in 3 kB.
  families: 206_800,
};

describe("the size of an entry's imports", async () => {
  const sizes = await entrySizes();
  it.each(sizes)("$entry: { $imports }", ({ entry, bytes }) => {
    expect(bytes).toBeLessThanOrEqual(MOST[entry] ?? 0);
  });
  it("is known of every entry", () => {
    const { exports } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
    const entries = Object.keys(exports).filter((name) => name !== "." && name !== "./package.json");
    expect(sizes.map(({ entry }) => `./${entry}`).sort()).toEqual(entries.sort());
  });
});
