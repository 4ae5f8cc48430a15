import { describe, expect, it } from "vitest";
import { checkProperty, type Effort, holds, METHOD_NAMES, PROPERTY_NAMES } from "./check.ts";
import { EXCEPTIONS, sampleOfExample } from "./exceptions.ts";

/** Methods whose automatic choice fits many models: they get fewer and shorter series here, and all in the long run. */
const SLOW: readonly string[] = ["auto-arima", "tbats", "bats", "best"];

// npm run test:properties draws series of up to 2,000 values for as long as you like.
describe.each(METHOD_NAMES)("%s", (method) => {
  const effort: Effort = SLOW.includes(method)
    ? { seed: 1, runs: 12, longest: 40 }
    : { seed: 1, runs: 60, longest: 120 };

  it.each(PROPERTY_NAMES)("%s", (property) => {
    expect(checkProperty(method, property, effort).counterexample).toBeUndefined();
  });
});

describe("an exception", () => {
  const pairs = EXCEPTIONS.flatMap(({ methods, properties, why, where, example }) =>
    methods.flatMap((method) => properties.map((property) => ({ method, property, why, where, example }))),
  );

  it.each(pairs)("$method does not have: $property ($why)", ({ method, property, where, example }) => {
    const sample = sampleOfExample(example);
    expect(where === undefined || where(sample), "the example is one of the series excepted").toBe(true);
    expect(() => holds(method, property, sample), "remove an exception that is none").toThrow();
  });
});
