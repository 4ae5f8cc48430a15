import { expect, it } from "vitest";
import { comparisonPicture } from "../../src/picture/comparison-picture.ts";
import { body, dailyQuery, fillDaily, openWorkspace } from "../workspace.ts";

/** Returns two runs whose units have these values of every metric. */
async function twoRuns(a: Record<string, number>, b: Record<string, number>) {
  const mm = await openWorkspace("memory");
  await fillDaily(mm, Object.keys(a).length, 5);
  const run = async (values: Record<string, number>) => {
    const options = { dataQuery: dailyQuery, exports: { values } };
    return (await mm.foreachPartition("unit_id").dopar(body("scored-classes"), options)).runId;
  };
  return { mm, runs: [await run(a), await run(b)] as const };
}

const A = { U00: 0.9, U01: 0.6, U02: 0.8 };
const B = { U00: 0.7, U01: 0.75, U02: 0.8 };

for (const metric of ["auc", "lift"])
  it(`takes each partition's model with the higher ${metric}, and calls that better`, async () => {
    const { mm, runs } = await twoRuns(A, B);
    const { runId, from } = await mm.runs.champions({ runs, metric });
    expect(from).toEqual({ [runs[0]]: 2, [runs[1]]: 1 });
    const best = await mm.runs.compare(runs[0], runId, metric);
    expect(best.pairs.map(({ b }) => b)).toEqual([0.9, 0.75, 0.8]);
    expect(best).toMatchObject({ better: "higher", wins: 1, losses: 0, ties: 2 });
    const worst = await mm.runs.rank(runs[0], { metric });
    expect(worst.ranked.map(({ partitionKey }) => partitionKey)).toEqual(["s:U01", "s:U02", "s:U00"]);
    const below = await mm.runs.rank(runs[0], { metric, below: 0.8 });
    expect(below.ranked.map(({ value }) => value)).toEqual([0.6]);
    const picture = comparisonPicture(await mm.runs.compare(...runs, metric));
    expect(picture).toContain("better on 1, worse on 1");
  });

it("takes the first metric that the definition declares where none is named", async () => {
  const { mm, runs } = await twoRuns(A, B);
  expect(await mm.runs.compare(...runs)).toMatchObject({ metric: "lift", better: "higher" });
  expect((await mm.runs.champions({ runs })).manifest.champions).toMatchObject({ metric: "lift" });
});

it("ranks by the shortfall from the best where it ranks by gain", async () => {
  const { mm, runs } = await twoRuns(A, B);
  const { ranked } = await mm.runs.rank(runs[0], { metric: "auc", by: "gain" });
  expect(ranked.map(({ partitionKey }) => partitionKey)).toEqual(["s:U01", "s:U02", "s:U00"]);
  // Shortfalls from an AUC of 1 are 0.4 and 0.1.
  expect((ranked[0]?.gain ?? NaN) / (ranked[2]?.gain ?? NaN)).toBeCloseTo(4, 10);
});

it("compares a mean error by its distance from zero", async () => {
  const { mm, runs } = await twoRuns({ U00: -3, U01: 1 }, { U00: 2, U01: -1 });
  const { wins, losses, ties, matched } = await mm.runs.compare(...runs, "me");
  expect([wins, losses, ties]).toEqual([1, 0, 1]);
  expect(matched.change.mean).toBe(-0.5);
});

it("refuses a contest by a metric that series do not have", async () => {
  const { mm, runs } = await twoRuns(A, B);
  await expect(mm.refine({ from: runs[0], metric: "auc" })).rejects.toThrow("series, which have no holdout_auc");
});
