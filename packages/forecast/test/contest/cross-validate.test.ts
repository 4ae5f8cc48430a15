import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { crossValidate, METHODS, mae, naive, snaive } from "../../src/index.ts";
import { simulated } from "./simulated.ts";

const y = simulated(1, 60);

describe("crossValidate", () => {
  it("shows a candidate the observations before each origin, and nothing else", () => {
    const calls: { values: Float64Array; memory: number }[] = [];
    const spy = {
      name: "spy",
      fit: (values: Float64Array) => {
        calls.push({ values: values.slice(), memory: values.buffer.byteLength });
        const model = naive(values);
        values.fill(1e9);
        return model;
      },
    };
    const { origins, trials } = crossValidate(y, [spy, "naive"], { period: 4, h: 5, windows: 4, step: 3 });
    expect(origins).toEqual([46, 49, 52, 55]);
    expect(calls.map(({ values }) => values)).toEqual(origins.map((origin) => y.slice(0, origin)));
    expect(calls.map(({ memory }) => memory)).toEqual(origins.map((origin) => 8 * origin));
    // Spoiling its copy harms nobody: not the others, not the measures.
    expect(trials[0]!.accuracy).toEqual(trials[1]!.accuracy);
    expect(y).toEqual(simulated(1, 60));
  });

  it("does not know the values after an origin's horizon", () => {
    let forecasts = 0;
    let measures = 0;
    fc.assert(
      fc.property(fc.integer({ min: 30, max: 59 }), fc.double({ min: -1e6, max: 1e6, noNaN: true }), (from, value) => {
        const changed = y.slice().fill(value, from);
        const options = { period: 4, h: 3, windows: 9, step: 4, now: () => 0 };
        const before = crossValidate(y, ["snaive", "drift"], options).trials;
        const after = crossValidate(changed, ["snaive", "drift"], options).trials;
        for (const [i, { windows }] of before.entries())
          for (const [w, window] of windows.entries()) {
            if (window.origin <= from) {
              expect(after[i]!.windows[w]!.forecast).toEqual(window.forecast);
              forecasts++;
            }
            if (window.origin + 3 <= from) {
              expect(after[i]!.windows[w]).toEqual(window);
              measures++;
            }
          }
      }),
      { numRuns: 50 },
    );
    expect(forecasts).toBeGreaterThan(300);
    expect(measures).toBeGreaterThan(200);
  });

  it("equals a fit by hand, and takes the mean over the windows", () => {
    const { trials } = crossValidate(y, ["snaive"], { period: 4, h: 4, windows: 3 });
    const byHand = [48, 52, 56].map((origin) => mae(y.slice(origin, origin + 4), y.slice(origin - 4, origin)));
    expect(trials[0]!.windows.map(({ accuracy }) => accuracy.mae)).toEqual(byHand);
    expect(trials[0]!.accuracy.mae).toBeCloseTo((byHand[0]! + byHand[1]! + byHand[2]!) / 3, 12);
  });

  it("keeps failures as rows; the other candidates go on", () => {
    const failing = {
      name: "failing",
      fit: (values: Float64Array) => {
        if (values.length > 50) throw new Error("out of memory");
        return naive(values);
      },
    };
    const bad = { name: "not finite", fit: (values: Float64Array) => ({ ...naive(values), lastSeason: [NaN] }) };
    const alone = crossValidate(y, ["naive"], { h: 5, windows: 3, now: () => 0 });
    const { trials } = crossValidate(y, [failing, bad, "naive"], { h: 5, windows: 3, now: () => 0 });
    expect(trials[0]!.windows.map(({ origin }) => origin)).toEqual([45, 50]);
    expect(trials[0]!.failures).toEqual([{ origin: 55, message: "out of memory", elapsed: 0 }]);
    expect(trials[1]!.failures.map(({ message }) => message)).toEqual(
      new Array(3).fill("the forecast of step 1 is NaN"),
    );
    expect(trials[1]!.accuracy.mae).toBeNaN();
    expect(trials[2]).toEqual(alone.trials[0]);
  });

  it("times by the clock it is given", () => {
    let time = 0;
    const { trials } = crossValidate(y, ["naive"], { h: 5, windows: 2, now: () => time++ });
    expect(trials[0]!.elapsed).toBe(2);
    expect(trials[0]!.windows.map(({ elapsed }) => elapsed)).toEqual([1, 1]);
  });

  it("leaves missing values out of the measures", () => {
    const gappy = y.slice();
    gappy[57] = NaN;
    const { windows } = crossValidate(gappy, ["naive"], { h: 5, windows: 1 }).trials[0]!;
    expect(windows[0]!.errors[2]).toBeNaN();
    expect(windows[0]!.accuracy.mae).toBeGreaterThan(0);
  });

  it("names arguments that are not allowed", () => {
    expect(() => crossValidate(y, [])).toThrow("0 candidates");
    expect(() => crossValidate(y, ["naive", { name: "naive", fit: METHODS.mean }])).toThrow("two candidates");
    expect(() => crossValidate(y, ["nativ" as "naive"])).toThrow('method "nativ" is not known');
    expect(() => crossValidate([1, 2, 3], ["naive"], { h: 2 })).toThrow("one origin needs 6");
    expect(() => crossValidate(y, ["naive"], { windows: 0 })).toThrow("windows is 0");
    expect(() => crossValidate(y, ["naive"], { step: 0.5 })).toThrow("step is 0.5");
    expect(() => crossValidate(y, ["naive"], { h: 0 })).toThrow("h is 0");
    expect(() => crossValidate([1, Infinity, 2], ["naive"])).toThrow("Infinity at position 1");
    expect(() => crossValidate([NaN, NaN], [{ name: "a", fit: (v, period) => snaive(v, { period }) }])).toThrow(
      "0 observed",
    );
  });
});
