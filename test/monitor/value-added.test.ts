import { expect, it } from "vitest";
import { OverrideErrors } from "../../src/monitor/value-added.ts";

it("the forecast value added of overrides is the mean absolute error before less that after, over overridden entries", () => {
  const errors = new OverrideErrors();
  expect(errors.valueAdded).toEqual({ overridden: 0, maeForecast: null, maeFinal: null, valueAdded: null });
  errors.add({ actual: 100, forecast: 90, final: 90 });
  // |100 - 90| = 10 and |100 - 120| = 20; |50 - 90| = 40 and |50 - 48| = 2: means 25 and 11.
  errors.add({ actual: 100, forecast: 90, final: 120 });
  errors.add({ actual: 50, forecast: 90, final: 48 });
  expect(errors.valueAdded).toEqual({ overridden: 2, maeForecast: 25, maeFinal: 11, valueAdded: 14 });
});
