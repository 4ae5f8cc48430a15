import { describe, expect, it } from "vitest";
import {
  explainWeights,
  forecast,
  isLearntWeights,
  learnAcross,
  METHODS,
  normal,
  priorWeights,
  random,
  reweigh,
  type SeriesEvidence,
  sharesOf,
  weighedSeries,
  weightEvidence,
} from "../../src/index.ts";
import { WEIGHTED_MEMBERS } from "../../src/learned/weighted-members.ts";

const next = random(5);
/** Yearly values with a trend. */
const yearly = Float64Array.from({ length: 30 }, (_, t) => 100 + 3 * t + 4 * normal(next));
const GROUP = "plain";
const members = WEIGHTED_MEMBERS[GROUP];
const { centres, scales } = priorWeights(GROUP);

/** Returns evidence in which one member is right, and the others are not. */
const inFavourOf = (member: string, count: number): (SeriesEvidence & { part: number })[] =>
  Array.from({ length: count }, (_, part) => ({
    group: GROUP,
    part,
    features: centres.map((centre, f) => centre + (scales[f] ?? 1) * normal(next)),
    errors: members.map((name) => [1, 2, 3].map(() => (name === member ? 0.1 : 1) * normal(next))),
  }));

describe("learned weights", () => {
  it("combine the members by the weights, whose forecast is their weighted mean", () => {
    const { model, ...series } = weighedSeries(yearly, { period: 1 });
    expect(series.group).toBe(GROUP);
    const only = series.members.map((name): number => (name === "dynamic-theta" ? 1 : 0));
    const { mean } = forecast(reweigh(model, only), { h: 5, levels: [] });
    expect(mean).toEqual(forecast(METHODS["dynamic-theta"](yearly, 1), { h: 5, levels: [] }).mean);
    const half = series.members.map((name) => (name === "dynamic-theta" || name === "ces" ? 0.5 : 0));
    const ces = forecast(METHODS.ces(yearly, 1), { h: 5, levels: [] }).mean;
    forecast(reweigh(model, half), { h: 5, levels: [] }).mean.forEach((value, j) => {
      expect(value).toBeCloseTo((mean[j]! + ces[j]!) / 2, 9);
    });
  });

  it("have the combination of best as a member", () => {
    const { model, members: names } = weighedSeries(yearly, { period: 1 });
    const only = names.map((name): number => (name === "best" ? 1 : 0));
    const ours = forecast(reweigh(model, only), { h: 5, levels: [] }).mean;
    const best = forecast(METHODS.best(yearly, 1), { h: 5, levels: [] }).mean;
    ours.forEach((value, j) => {
      expect(value).toBeCloseTo(best[j]!, 9);
    });
  });

  it("measure members on the last values, by fits to those before", () => {
    const evidence = weightEvidence(yearly, 4, { period: 1 });
    const theta = forecast(METHODS["dynamic-theta"](yearly.slice(0, -4), 1), { h: 4, levels: [] }).mean;
    evidence?.errors[members.indexOf("dynamic-theta")]?.forEach((error, j) => {
      expect(error).toBeCloseTo(yearly[26 + j]! - theta[j]!, 3);
    });
    expect(evidence?.errors).toHaveLength(members.length);
    expect(weightEvidence(yearly.slice(0, 4), 4, { period: 1 })).toBeUndefined();
  });

  it("follow many series, and stay near the shipped weights with few", () => {
    const series = { group: GROUP, members, features: priorWeights(GROUP).centres } as const;
    const share = (count: number) => {
      const learnt = learnAcross(inFavourOf("ces", count));
      expect(isLearntWeights(JSON.parse(JSON.stringify(learnt)))).toBe(true);
      expect(learnt.groups[GROUP]?.folds).toHaveLength(5);
      return sharesOf(learnt.groups[GROUP]!.weights, series)[members.indexOf("ces")]!;
    };
    const shipped = sharesOf(priorWeights(GROUP), series)[members.indexOf("ces")]!;
    expect(Math.abs(share(2) - shipped)).toBeLessThan(0.1);
    // Inverse variances are best for independent errors (Bates & Granger 1969): 100 of 105 for this member of six.
    expect(share(600)).toBeGreaterThan((shipped + 100 / 105) / 2);
  });

  it("are explained by the features that moved them", () => {
    const weights = priorWeights(GROUP);
    expect(explainWeights(weights, weights.centres)).toEqual([]);
    const [reason] = explainWeights(
      weights,
      weights.centres.map((centre, f) => (f === 1 ? centre + (weights.scales[f] ?? 0) : centre)),
    );
    expect(reason).toMatchObject({ feature: "seasons", member: expect.any(String) });
  });
});
