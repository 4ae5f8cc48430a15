import { expect, it } from "vitest";
import { type LossFacts, lossCause } from "../../../src/dashboard/night/loss-cause.ts";

const FACTS: LossFacts = {
  observations: 400,
  holdout: 14,
  period: 7,
  error: 10,
  meanError: 1,
  size: 100,
  mase: 0.8,
  alarm: null,
  batch: null,
};
const alarm = (reasons: string[], since: string | null, bias: number | null = null, version: string | null = null) => ({
  ...FACTS,
  alarm: { version, reasons, since, bias },
});
const batch = (status: string, steps = 30, drivers: string[] = []) => ({
  ...FACTS,
  batch: { status, steps, horizon: 30, drivers },
});

it.each([
  [alarm(["too-low", "ratio"], "2026-05-21", 0.32), "32 % too low since 21 May 2026: level shift."],
  [alarm(["too-high"], "2026-05-21 06:00:00", -0.5, "V1"), "50 % too high in V1 since 21 May 2026: level shift."],
  [alarm(["wide-errors", "too-low"], null), "Too low: level shift."],
  [alarm(["missing"], "2026-01-02"), "Rows are missing since 2 Jan 2026."],
  [alarm(["zeros"], "2026-01-02"), "More zeros than before since 2 Jan 2026."],
  [alarm(["wide-errors"], "2026-01-02", null, "V1"), "Errors are wider than before in V1 since 2 Jan 2026."],
  [alarm(["coverage-95"], null), "More observations are outside the intervals than should be."],
  [batch("NO_MODEL"), "It has no model."],
  [batch("FALLBACK"), "It has no model: seasonal naive forecasts it."],
  [batch("ERROR"), "Its model failed in the last batch."],
  [batch("STALE"), "Its newest rows are missing: the forecast is from older ones."],
  [batch("OK", 7, ["promo"]), "promo without a planned row: 7 of 30 steps are forecast."],
  [batch("OK", 7), "Its drivers have no planned row: 7 of 30 steps are forecast."],
  [{ ...FACTS, observations: 12 }, "12 observations only."],
  [{ ...FACTS, observations: 1 }, "1 observation only."],
  [{ ...FACTS, meanError: 8 }, "8 % too low over the 14 steps held out."],
  [{ ...FACTS, meanError: -9 }, "9 % too high over the 14 steps held out."],
  [{ ...FACTS, meanError: 8, size: 0 }, "Too low over the 14 steps held out."],
  [{ ...FACTS, mase: 1.44 }, "Hard to forecast: 1.4 times the error of seasonal naive on the rows before."],
  [FACTS, "Its size: the error is 10 % of its observations."],
  [{ ...FACTS, size: 0 }, "Its observations are 0, its forecasts are not."],
] as const satisfies readonly (readonly [LossFacts, string])[])("%#: says %s", (facts, sentence) => {
  expect(lossCause(facts)).toBe(sentence);
});

it("states a batch's problem before monitoring's findings, and these before the errors", () => {
  const all = { ...alarm(["too-low"], null), batch: { status: "STALE", steps: 30, horizon: 30, drivers: [] } };
  expect(lossCause(all)).toMatch(/^Its newest rows are missing/);
  expect(lossCause({ ...alarm(["ratio"], null), meanError: 9 })).toMatch(/^9 % too low over/);
});
