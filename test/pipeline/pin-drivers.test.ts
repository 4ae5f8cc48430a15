import { describe, expect, it } from "vitest";
import type { Snapshot } from "../../src/core/run.ts";
import type { StatedDrivers } from "../../src/core/stated-drivers.ts";
import { pinDrivers } from "../../src/pipeline/pin-drivers.ts";

const NOW = new Date("2026-11-30T00:00:00Z");
const snapshot = (time: "date" | "number" | "string" = "date") => {
  const columns: Snapshot["columns"] = [
    { name: "SKU", type: "string" },
    { name: "DAY", type: time },
    { name: "QTY", type: "number" },
    { name: "PROMO", type: "boolean" },
    { name: "EVENT", type: "string" },
  ];
  const query = { table: "SALES", keyColumns: ["SKU"], target: "QTY" };
  return {
    id: "s",
    fingerprint: "f",
    query,
    keyColumns: [],
    columns,
    timeColumn: "DAY",
    partitions: 1,
    rows: 1,
  } satisfies Snapshot;
};
const pin = (drivers: StatedDrivers, time?: "date" | "number" | "string") => pinDrivers(drivers, snapshot(time), NOW);

describe("pinning the drivers of series", () => {
  it("finds columns and their types", async () => {
    expect(
      await pin({ regressors: ["promo", { column: "EVENT", lag: [0, 1], missing: 0 }], fourier: { "365.25": "auto" } }),
    ).toEqual({
      regressors: [
        { column: "PROMO", lags: [0], isText: false },
        { column: "EVENT", lags: [0, 1], missing: 0, isText: true },
      ],
      fourier: [{ period: 365.25, harmonics: "auto" }],
    });
  });
  it("writes holidays out, moving ones too, with days of one's own", async () => {
    const { holidays = [] } = await pin({
      holidays: { country: "DE", region: "BY", before: 1, days: { fair: ["2026-05-01"] } },
    });
    const dates = (name: string) => holidays.find((one) => one.name === name)?.dates;
    // Easter by the Gregorian computus: 2024-03-31, 2025-04-20, 2026-04-05. Corpus Christi, 60 days later, is one in Bavaria.
    expect(dates("Easter Monday")).toEqual(expect.arrayContaining(["2024-04-01", "2025-04-21", "2026-04-06"]));
    expect(dates("Corpus Christi")).toEqual(expect.arrayContaining(["2024-05-30", "2025-06-19", "2026-06-04"]));
    expect(dates("fair")).toEqual(["2026-05-01"]);
    expect(holidays.every(({ before, after }) => before === 1 && after === undefined)).toBe(true);
    expect(dates("Christmas Day")).toHaveLength(36);
    const { holidays: berlin = [] } = await pin({ holidays: { country: "DE", region: "BE" } });
    expect(berlin.map(({ name }) => name)).not.toContain("Corpus Christi");
    // Versions carry them: they must stay small.
    expect(JSON.stringify(holidays).length).toBeLessThan(10_000);
  });
  it("names the error and its place", async () => {
    await expect(pin({ regressors: ["PRICE"] })).rejects.toThrow(
      'SALES has no column "PRICE" (source.regressors); it has SKU',
    );
    await expect(pin({ regressors: ["DAY"] })).rejects.toThrow("column DAY of SALES (source.regressors) holds dates");
    await expect(pin({ regressors: ["QTY"] })).rejects.toThrow("column QTY of SALES is the target");
    await expect(pin({ regressors: ["PROMO"] }, "string")).rejects.toThrow("DAY of SALES holds strings");
    await expect(pin({ calendar: ["month"] }, "number")).rejects.toThrow("source.calendar needs dates");
    await expect(pin({ holidays: { country: "XX" } })).rejects.toThrow('source.holidays.country is "XX"; use a code');
    await expect(pin({ holidays: { country: "DE", region: "ZZ" } })).rejects.toThrow(
      'source.holidays.region is "ZZ"; DE has ',
    );
  });
});
