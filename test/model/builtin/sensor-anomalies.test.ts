import { describe, expect, it } from "vitest";
import sensorAnomalies from "../../../src/model/builtin/sensor-anomalies.ts";
import { daily, noise, range } from "./daily.ts";

describe("sensor-anomalies", () => {
  const z = noise(9);
  const values = range(0, 300).map(
    (t) => 20 + 5 * Math.sin((2 * Math.PI * t) / 7) + z() + (t === 100 || t === 180 ? 15 : 0),
  );
  const exports = { target: "Y", time: "DAY", period: 7, horizon: 7, holdout: 60, method: "holt-winters" as const };
  const context = { unit_id: "T", exports, seed: 1 };
  it("says when, and how seldom among new readings; the band is as wide as ordinary errors", async () => {
    const days = range(0, 300).filter((t) => t !== 50);
    const data = daily(days, { Y: (t) => values[t]! });
    const { model, metrics, info } = await sensorAnomalies.fit({ ...context, data });
    const { anomalies } = info as { anomalies: { time: string; score: number }[] };
    const furthest = [...anomalies].sort((a, b) => b.score - a.score).map(({ time }) => time);
    expect(furthest.slice(0, 2).sort()).toEqual(["2026-04-11", "2026-06-30"]);
    expect(metrics).toMatchObject({ anomalies: anomalies.length, anomaly_share: anomalies.length / 299 });
    expect(metrics!.holdout_anomaly_share).toBeLessThan(0.05);
    const { mean, lower, upper } = await sensorAnomalies.predict!({
      ...context,
      model,
      horizon: 7,
      levels: [95],
      data,
    });
    const scale = metrics!.scale as number;
    expect(upper![0]![0]! - mean[0]!).toBeCloseTo(1.959964 * scale, 5);
    expect(mean[0]! - lower![0]![0]!).toBeCloseTo(1.959964 * scale, 5);
    range(0, 7).forEach((i) =>
      expect(Math.abs(mean[i]! - 20 - 5 * Math.sin((2 * Math.PI * (300 + i)) / 7))).toBeLessThan(2),
    );
  });
});
