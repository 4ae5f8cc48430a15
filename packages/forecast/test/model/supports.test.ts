import { describe, expect, it } from "vitest";
import {
  type AggregationModel,
  adida,
  combine,
  conformal,
  type FittedModel,
  fitted,
  forecast,
  imapa,
  METHODS,
  naive,
  simulate,
  stlf,
  supports,
  update,
} from "../../src/index.ts";
import { intermittent, simulated } from "../contest/simulated.ts";

const SERIES = { continuous: simulated(41, 60), intermittent: intermittent(42, 60) };
const ABILITIES = {
  fitted: (model: FittedModel, y: Float64Array) => fitted(model, y),
  update: (model: FittedModel) => update(model, [1, NaN, 0]),
  simulate: (model: FittedModel) => simulate(model, { h: 3, seed: 1 }),
};

/** Returns a model in the form of the versions that could not update it. */
function stored({ fittedTo: _, blocks: __, ...rest }: AggregationModel): AggregationModel {
  return JSON.parse(JSON.stringify(rest));
}

const WRAPPERS: Readonly<Record<string, (model: FittedModel, y: Float64Array) => FittedModel>> = {
  alone: (model) => model,
  combined: (model, y) => combine([naive(y), model]),
  calibrated: (model, y) => conformal({ name: "one", fit: () => model }, y, { h: 2, windows: 8, form: "absolute" }),
  decomposed: (model, y) => stlf(y, { period: 4, fit: () => model }),
  "calibrated and combined": (model, y) =>
    conformal({ name: "one", fit: () => combine([model, naive(y)]) }, y, { h: 2, windows: 8, form: "absolute" }),
};

describe.each(Object.keys(WRAPPERS))("supports tells the abilities of models, %s", (wrapper) => {
  for (const [shape, y] of Object.entries(SERIES))
    it.each(Object.keys(METHODS))(`%s, ${shape} demand`, (name) => {
      const fit = Object.entries(METHODS).find(([method]) => method === name)![1];
      const model = WRAPPERS[wrapper]!(fit(y, 4), y);
      for (const [label, ability] of Object.entries(ABILITIES)) {
        const call = () => ability(model, y);
        if (supports(model, label as keyof typeof ABILITIES)) expect(call, label).not.toThrow();
        else expect(call, label).toThrow(/has no/);
      }
    });

  it.each([adida, imapa])("%o stored without its blocks", (fit) => {
    const y = SERIES.intermittent;
    const model = WRAPPERS[wrapper]!(stored(fit(y)), y);
    expect(forecast(model, { h: 3 })).toEqual(forecast(WRAPPERS[wrapper]!(fit(y), y), { h: 3 }));
    expect(supports(model, "update")).toBe(false);
    expect(() => update(model, [1])).toThrow(
      /has no smoothed blocks, because an earlier version stored none; fit it again/,
    );
    expect(supports(model, "fitted")).toBe(false);
  });
});
