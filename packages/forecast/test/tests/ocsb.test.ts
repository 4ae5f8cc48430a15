import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { normal, random } from "../../src/stats/random.ts";
import { ocsb } from "../../src/tests/ocsb.ts";

// Against R, `ocsb` is tested through `nsdiffs`: R's statistic is not recorded.
describe("ocsb", () => {
  const next = random(1);
  const noise = Float64Array.from({ length: 240 }, () => normal(next));
  /** Noise summed at lags 1 and 12: the null hypothesis. */
  const rooted = Float64Array.from(noise);
  for (let t = 1; t < rooted.length; t++)
    rooted[t]! += rooted[t - 1]! + (t >= 12 ? rooted[t - 12]! : 0) - (t >= 13 ? rooted[t - 13]! : 0);

  it("keeps a seasonal root and rejects one in noise with a fixed season", () => {
    const result = ocsb(rooted, { period: 12 });
    assert.ok(result.statistic > result.critical, `${result.statistic}`);
    const rejected = ocsb(
      noise.map((value, t) => value + 3 * Math.sin((Math.PI * t) / 6)),
      { period: 12 },
    );
    assert.ok(rejected.statistic < rejected.critical, `${rejected.statistic}`);
  });
  it("rejects a true root in about 5 % of series", () => {
    let rejections = 0;
    for (let i = 0; i < 400; i++) {
      const y = Float64Array.from({ length: 80 }, () => normal(next));
      for (let t = 1; t < y.length; t++) y[t]! += y[t - 1]! + (t >= 4 ? y[t - 4]! : 0) - (t >= 5 ? y[t - 5]! : 0);
      const { statistic, critical } = ocsb(y, { period: 4, maxLag: 0 });
      if (statistic < critical) rejections++;
    }
    assert.ok(rejections >= 8 && rejections <= 35, `${rejections} of 400`);
  });
  it("is the same for a shifted and scaled series", () => {
    const a = ocsb(rooted, { period: 12 });
    const b = ocsb(
      rooted.map((value) => 100 - 3 * value),
      { period: 12 },
    );
    assert.ok(Math.abs(a.statistic - b.statistic) < 1e-8);
    assert.equal(a.lag, b.lag);
  });
  it("leaves out the rows a missing value touches", () => {
    const whole = ocsb(rooted, { period: 12, maxLag: 0 });
    const gap = ocsb(rooted.with(100, NaN), { period: 12, maxLag: 0 });
    assert.equal(whole.nobs - gap.nobs, 4);
    assert.ok(Math.abs(whole.statistic - gap.statistic) < 0.5);
  });
  it("is NaN where too few rows are left, and refuses bad options, naming them", () => {
    assert.ok(Number.isNaN(ocsb(rooted.slice(0, 14), { period: 12 }).statistic));
    assert.throws(() => ocsb(rooted, { period: 1 }), /period is 1/);
    assert.throws(() => ocsb(rooted, { period: 12, maxLag: -1 }), /maxLag is -1/);
  });
});
