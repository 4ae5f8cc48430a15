import type { ManyModel, PromoteOptions } from "manymodel";
import { describe, expect, it } from "vitest";
import { fillTable, openWorkspace } from "../workspace.ts";

const DAY = 86_400_000;
const COLUMNS = [
  { name: "UNIT_ID", type: "string" },
  { name: "OBS_DATE", type: "date" },
  { name: "Y", type: "number" },
] as const;
const SOURCE = "source: { table: SALES, partition_by: UNIT_ID, order_by: [UNIT_ID, OBS_DATE], period: 2 }\n";
const HOLDOUT = 4;

/** Fills a table with two units that alternate between a low and a high value, by `shift` more from day `from` on. */
const fill = (mm: ManyModel, days: number, shift = 0, from = days, table = "SALES") =>
  fillTable(
    mm,
    table,
    [...COLUMNS],
    ["A", "B"].flatMap((unit, u) =>
      Array.from({ length: days }, (_, t) => [
        unit,
        t * DAY,
        10 * (u + 1) + (t % 2 === 0 ? 0 : 8) + (t < from ? 0 : shift),
      ]),
    ),
  );

const yaml = (more = "") =>
  `${SOURCE}train: { horizon: 4, holdout: ${HOLDOUT}, workers: 1 }\nregister: { model: M, alias: champion }\n${more}`;

/** Trains by a method, registers the run, and asks for the alias. */
async function candidate(mm: ManyModel, method: string, table = "SALES", options: PromoteOptions = {}) {
  const source = { table, partitionBy: "UNIT_ID", orderBy: ["UNIT_ID", "OBS_DATE"] };
  const run = await mm.train({ name: method, options: {} }, { source });
  const { version } = await mm.models.register({ run });
  return mm.promote({ ...options, version });
}

for (const engine of ["memory", "local"] as const)
  describe(`comparing versions on the ${engine} engine`, () => {
    it("has each forecast the last observations from before them", async () => {
      const mm = await openWorkspace(engine, yaml());
      await fill(mm, 20);
      expect(await candidate(mm, "mean")).toMatchObject({ promoted: true, previous: null, judgement: null });
      // The mean of 16 alternating values misses each by 4; naive repeats the last one, which was high, and misses 2 of 4 by 8.
      const naive = await candidate(mm, "naive");
      expect(naive).toMatchObject({ promoted: true, version: "V2" });
      expect(naive.judgement).toMatchObject({ ratio: 1, evidence: { judged: 2, differing: 2, observations: 8 } });
      expect(naive.judgement?.evidence).toMatchObject({
        candidateLoss: 32,
        currentLoss: 32,
        size: (2 * 2 * (10 + 18 + 20 + 28)) / 2,
      });
      // Seasonal naive makes no error. Against it, the mean is held back and both units are named.
      expect(await candidate(mm, "snaive")).toMatchObject({ promoted: true, version: "V3", judgement: { ratio: 0 } });
      const back = await candidate(mm, "mean");
      expect(back).toMatchObject({ promoted: false, candidate: "V4", version: "V3", judgement: { ratio: Infinity } });
      expect(back.judgement?.culprits.map(({ partitionKey, why }) => [partitionKey, why])).toEqual([
        ["s:A", "mean absolute error 4 against 0"],
        ["s:B", "mean absolute error 4 against 0"],
      ]);
      expect((await mm.models.get("M", "champion")).version).toBe("V3");
    });

    it("judges by the model if it has not seen them, else by its definition", async () => {
      const mm = await openWorkspace(engine, yaml());
      await fill(mm, 20);
      await candidate(mm, "naive");
      // Six days later with a level that rose by 100 four days before the end: no version knows the rise.
      await fill(mm, 26, 100, 22, "LATER");
      const later = await candidate(mm, "naive", "LATER", { maxOutside: 1 });
      // naive from day 21, which was high: errors 100 - 8, 100, 100 - 8, 100 of either, whoever forecasts.
      expect(later.judgement).toMatchObject({
        ratio: 1,
        evidence: { differing: 2, candidateLoss: 768, currentLoss: 768, fresh: 12 },
      });
      // One day later, the same recipe on the same data before the origin is the same version: nothing is fitted.
      await fill(mm, 27, 100, 22, "LATEST");
      const latest = await candidate(mm, "naive", "LATEST");
      expect(latest.judgement).toMatchObject({
        ratio: 1,
        evidence: { judged: 2, differing: 0, observations: 0, fresh: 2 },
      });
    });

    it("sees a history that was rewritten", async () => {
      const mm = await openWorkspace(engine, yaml());
      await fill(mm, 20);
      await candidate(mm, "mean");
      // The first 16 days were delivered anew with values that are 40 too large. The mean misses by 40 ± 4, not by 4.
      const rows = ["A", "B"].flatMap((unit, u) =>
        Array.from({ length: 20 }, (_, t) => [unit, t * DAY, 10 * (u + 1) + (t % 2 === 0 ? 0 : 8) + (t < 16 ? 40 : 0)]),
      );
      await fillTable(mm, "REWRITTEN", [...COLUMNS], rows);
      const rewritten = await candidate(mm, "mean", "REWRITTEN");
      expect(rewritten).toMatchObject({ promoted: false, judgement: { reasons: ["errors"], ratio: 10 } });
    });

    it("has nothing to say of series that are too short", async () => {
      const mm = await openWorkspace(engine, yaml());
      await fill(mm, 7);
      await candidate(mm, "mean");
      const short = await candidate(mm, "naive");
      expect(short).toMatchObject({ promoted: false, judgement: { reasons: ["no-evidence"], unjudged: 2 } });
      expect(short.message).toContain(
        "2 have fewer than 8 observations or no forecast; set a smaller pipeline.promote.holdout",
      );
    });
  });
