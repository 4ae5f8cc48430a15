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

  const plain = (to: number, change: (t: number) => number = () => 0) =>
    daily(range(0, to), { Y: (t) => 49.6 + z() + change(t) });
  const fit = (method: "harmonics" | "ets" | "holt-winters", period = 1, data = plain(300)) =>
    sensorAnomalies.fit({ ...context, exports: { ...exports, method, period }, data });
  type Model = Awaited<ReturnType<typeof fit>>["model"];
  const moved = async (model: Model, readings: readonly number[]) => {
    const data = daily(range(300, 300 + readings.length), { Y: (t) => readings[t - 300] ?? NaN });
    const { model: after } = await sensorAnomalies.update!({ ...context, model, data });
    return sensorAnomalies.predict!({
      ...context,
      model: JSON.parse(JSON.stringify(after)),
      horizon: 1,
      levels: [95],
      data,
    });
  };
  it.each(["harmonics", "ets"] as const)("keeps an anomaly out of the model, %s", async (method) => {
    const { model } = await fit(method);
    const [before, spike] = [await moved(model, [49.6]), await moved(model, [1000])];
    expect(Math.abs(spike.mean[0]! - before.mean[0]!)).toBeLessThan(0.5);
  });
  it("moves a model of version 0.1.0 as that version did", async () => {
    const { model } = await fit("ets");
    const { run: _, ...old } = { run: 0, ...model };
    const spike = await moved(old as Model, [1000]);
    // Simple smoothing takes a share of the anomaly in.
    expect(spike.mean[0]!).toBeGreaterThan((await moved(model, [1000])).mean[0]!);
  });
  it("names a season that the history is too short for", async () => {
    const { model, info } = await fit("harmonics", 200);
    expect(info).toMatchObject({ leftOut: [200] });
    expect((await moved(model, [50])).note).toMatchObject({ type: "season-left-out" });
    expect((await fit("ets", 40)).info).toMatchObject({ leftOut: [40] });
    expect((await fit("harmonics", 100)).info).not.toHaveProperty("leftOut");
  });
  it("lists every anomaly, with its kind", async () => {
    const { metrics, info } = await fit(
      "harmonics",
      1,
      plain(900, (t) => (t % 8 === 0 ? 1000 : 0)),
    );
    const { anomalies } = info as { anomalies: { kind: string; since: string; time: string }[] };
    expect(anomalies.length).toBeGreaterThan(100);
    expect(anomalies).toHaveLength(metrics!.anomalies as number);
    expect(anomalies[0]).toMatchObject({ kind: "spike", since: anomalies[0]!.time });
  });
});
