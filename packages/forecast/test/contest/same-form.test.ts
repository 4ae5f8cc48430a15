import { describe, expect, it } from "vitest";
import { fitSameForm } from "../../src/contest/same-form.ts";
import { type FittedModel, METHODS } from "../../src/index.ts";
import { simulated } from "./simulated.ts";

const sigma2Of = (model: FittedModel | undefined) =>
  model !== undefined && "sigma2" in model ? (model.sigma2 ?? NaN) : NaN;

describe("fitSameForm", () => {
  const y = simulated(5, 160);

  it.each(["auto-arima", "ets", "ces", "tbats"] as const)(
    "fits the form of %s, and to its own series the model",
    (name) => {
      const model = METHODS[name](y, 4);
      const again = fitSameForm(model, y);
      expect(again?.kind).toBe(model.kind);
      // A search that starts elsewhere ends at the same optimum, within what it stops at.
      expect(sigma2Of(again) / sigma2Of(model)).toBeCloseTo(1, 3);
      expect(sigma2Of(fitSameForm(model, y.slice(0, 120)))).not.toBe(sigma2Of(again));
    },
  );

  it("keeps order, mean, trend, damping and season", () => {
    const part = y.slice(0, 120);
    const arima = METHODS["auto-arima"](y, 4);
    expect(fitSameForm(arima, part)).toMatchObject({ method: "method" in arima ? arima.method : "" });
    const ets = METHODS.ets(y, 4);
    expect(fitSameForm(ets, part)).toMatchObject({ method: "method" in ets ? ets.method : "" });
  });

  it("returns no form for a model without one", () => {
    expect(fitSameForm(METHODS.naive(y), y)).toBeUndefined();
    expect(fitSameForm(METHODS["dynamic-theta"](y, 4), y)).toBeUndefined();
  });
});
