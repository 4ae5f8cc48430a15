import { describe, expect, it } from "vitest";
import type { Snapshot } from "../../src/core/run.ts";
import { checkStatedInterval, seriesInterval } from "../../src/model/series-interval.ts";

const dates = (...texts: string[]) => Float64Array.from(texts, (text) => Date.parse(text));

describe("seriesInterval", () => {
  it("is the stated one of few observations, too", () => {
    expect(seriesInterval(dates("2026-01-01", "2026-01-15"), "date", undefined)).toBe("P14D");
    expect(seriesInterval(dates("2026-01-01", "2026-01-15"), "date", "P1D")).toBe("P1D");
    expect(seriesInterval(dates("2026-01-01"), "date", "P1W")).toBe("P7D");
    expect(seriesInterval(dates("2026-01-31", "2026-04-30"), "date", "P1M")).toBe("P1M@31");
    expect(seriesInterval(dates("2026-01-05", "2026-01-09"), "date", "W12345")).toBe("W12345");
    expect(seriesInterval(Float64Array.of(3, 9), "number", "N3")).toBe("N3");
  });

  it("refuses times off the interval, naming the first two and the remedy", () => {
    const refuse = (times: Float64Array, interval: string, message: string) =>
      expect(() => seriesInterval(times, "date", interval)).toThrow(message);
    refuse(
      dates("2026-01-01", "2026-01-08", "2026-01-16"),
      "P1W",
      "2026-01-08 and 2026-01-16 are not whole steps apart; source.interval is P1W: mend the times, or state another",
    );
    refuse(dates("2026-01-01", "2026-02-01", "2026-03-02"), "P1M", "2026-02-01 and 2026-03-02");
    refuse(dates("2026-01-03"), "W12345", "2026-01-03 is not at a step");
  });
});

describe("checkStatedInterval", () => {
  it("refuses one that the source's time cannot have", () => {
    const snapshot = (interval: string, timeColumn: string | null) =>
      ({
        query: { table: "T", keyColumns: ["k"], interval },
        columns: [{ name: "d", type: "date" }],
        timeColumn,
      }) as unknown as Snapshot;
    expect(() => checkStatedInterval(snapshot("P1D", "d"))).not.toThrow();
    expect(() => checkStatedInterval(snapshot("N1", "d"))).toThrow('the interval is "N1", but d of T holds dates');
    expect(() => checkStatedInterval(snapshot("weekly", "d"))).toThrow('the interval is "weekly"');
    expect(() => checkStatedInterval(snapshot("P1D", null))).toThrow("source.order_by names no time");
  });
});
