import { describe, expect, it } from "vitest";
import { lineupOf } from "../../src/contest/lineup.ts";
import { normal, random } from "../../src/index.ts";
import { intermittent, simulated } from "./simulated.ts";

const noisy = (n: number, expected: (t: number) => number) => {
  const next = random(n);
  return Float64Array.from({ length: n }, (_, t) => 100 + expected(t) + normal(next));
};
const week = (t: number) => 10 * Math.sin((2 * Math.PI * t) / 7);

describe("lineupOf", () => {
  it("chooses members by demand and season", () => {
    expect(lineupOf(intermittent(1, 120), 7)).toMatchObject({
      members: ["adida", "imapa"],
      weights: [0.25, 0.75],
      isDemand: true,
    });
    expect(lineupOf(simulated(2, 60), 12).members).toEqual(["auto-arima", "cautious-ets", "dynamic-theta", "ces"]);
    expect(lineupOf(simulated(2, 60), 4).members).toContain("theta");
    expect(lineupOf(noisy(364, week), 7).members).toContain("dynamic-theta");
    expect(lineupOf(noisy(365, week), 7)).toMatchObject({
      members: ["auto-arima", "ces", "tbats"],
      combining: "median",
      period: 7,
    });
    expect(lineupOf(noisy(150, week), 52)).toMatchObject({ period: 52, periods: [365.25 / 7], combining: "mean" });
  });

  it("sees a fortnight where weeks alternate, and keeps other periods", () => {
    const y = noisy(730, (t) => week(t) + (Math.floor(t / 7) % 2) * 10);
    expect(lineupOf(y, 7)).toMatchObject({ period: 14, periods: [14], combining: "mean" });
    expect(lineupOf(y, 7, [7, 365.25])).toMatchObject({ period: 14, periods: [14, 365.25] });
  });

  it("sees the week of hours", () => {
    const day = (t: number) => 10 * Math.sin((2 * Math.PI * t) / 24);
    const weekend = (t: number) => (Math.floor(t / 24) % 7 > 4 ? -20 : 0);
    const hours = noisy(700, (t) => day(t) + weekend(t));
    expect(lineupOf(hours, 24)).toMatchObject({
      members: ["auto-arima", "stl-arima", "stl-ces", "last-season"],
      period: 24,
      periods: [24, 168],
    });
    expect(lineupOf(hours.subarray(0, 300), 24).members).toContain("cautious-ets");
    expect(lineupOf(noisy(700, day), 24)).toMatchObject({ members: ["auto-arima", "ces", "stl-arima"], periods: [24] });
  });

  it("leaves ARIMA out after a shock, and has dynamic theta count twice", () => {
    const calm = Float64Array.from([10, 11, 13, 12, 14, 15, 17, 16, 18, 19]);
    expect(lineupOf(calm, 1)).toMatchObject({ combining: "median" });
    expect(lineupOf(Float64Array.from([...calm, 30]), 1)).toMatchObject({
      members: ["dynamic-theta", "damped-ets", "ces"],
      weights: [0.5, 0.25, 0.25],
    });
    // Three changes have no standard deviation worth the name.
    expect(lineupOf(Float64Array.from([10, 11, 12, 13, 30]), 1)).toMatchObject({ combining: "median" });
  });
});
