import { describe, expect, it } from "vitest";
import { anomalies, linearModel, naive, normal, random, scoreReadings, snaive } from "../../src/index.ts";

const uniform = random(4);
const wave = (t: number) => 10 + 5 * Math.sin((2 * Math.PI * t) / 24);
const history = Array.from({ length: 480 }, (_, t) => wave(t) + 0.3 * normal(uniform));
const readings = Array.from({ length: 48 }, (_, i) => wave(480 + i) + 0.3 * normal(uniform));
const fit = (y: number[]) => linearModel(y, { fourier: [{ period: 24, harmonics: 2 }], lags: [1] });

describe("anomalies", () => {
  it("are found in the history, and their size does not change the scale", () => {
    const y = [...history];
    for (const t of [100, 200, 300]) y[t]! += 6;
    const model = snaive(y, { period: 24 });
    const result = anomalies(model, y);
    for (const t of [100, 200, 300]) expect(result.positions).toContain(t);
    const wilder = [...y];
    wilder[200]! += 1e6;
    expect(anomalies(model, wilder).scale / result.scale).toBeCloseTo(1, 1);
    expect(result.score[100]).toBeGreaterThan(5);
    expect(result.expected[0]).toBeNaN();
    expect(() => anomalies(model, y, { level: 0 })).toThrow("level is 0");
  });
  it("of new readings, one at a time or together, do not spoil the next forecast", () => {
    const model = fit(history);
    const { scale } = anomalies(model, history);
    const spiked = [...readings];
    spiked[10]! += 8;
    spiked[20] = NaN;
    const together = scoreReadings(model, spiked, { scale });
    expect(together.positions).toContain(10);
    expect(together.positions.length).toBeLessThanOrEqual(2);
    expect(together.score[20]).toBeNaN();
    let state = model;
    let run = 0;
    const positions: number[] = [];
    spiked.forEach((reading, t) => {
      const one = scoreReadings(state, [reading], { scale, run });
      if (one.positions.length > 0) positions.push(t);
      state = one.model;
      run = one.run;
    });
    expect(positions).toEqual(together.positions);
    expect(state).toEqual(together.model);
  });
  it("have a band that widens over a gap as the model's interval does", () => {
    const steps = Array.from({ length: 200 }, () => normal(uniform));
    const walk = naive(steps.map((_, t) => steps.slice(0, t + 1).reduce((sum, step) => sum + step, 0)));
    const last = scoreReadings(walk, [0]).expected[0] ?? NaN;
    const widths = (options: { scale?: number }) => {
      const { lower, upper } = scoreReadings(walk, [NaN, NaN, NaN, NaN, last, last], options);
      return [0, 4, 5].map((t) => (upper[t] ?? NaN) - (lower[t] ?? NaN));
    };
    // A random walk's variance grows by the same amount each step: after four missing readings the band is √5 as wide.
    for (const options of [{}, { scale: 2 }]) {
      const [first = NaN, after, then] = widths(options);
      expect(after).toBeCloseTo(Math.sqrt(5) * first, 9);
      expect(then).toBeCloseTo(first, 9);
    }
  });
  it("follow a level that stays, after a few", () => {
    const y = Array.from({ length: 200 }, () => normal(uniform));
    const walk = linearModel(
      y.map((v, t) => v + t),
      { lags: [1] },
    );
    const moved = Array.from({ length: 10 }, (_, i) => 200 + i + 100 * (i >= 2 ? 1 : 0));
    const { run, positions } = scoreReadings(walk, moved);
    expect(positions.slice(0, 3)).toEqual([2, 3, 4]);
    expect(run).toBeLessThan(3);
  });
});
