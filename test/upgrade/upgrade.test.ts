import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { ManyModel } from "manymodel";
import { type FittedModel, forecast, supports, update } from "manymodel/forecast";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ENGINES } from "../engines/places.ts";
import { arithmetic } from "../golden/hashes.ts";
import { runRows } from "../workspace.ts";
import { type About, fixtureFolder, KeptWorkspace, unpack } from "./kept-workspace.ts";

const RELEASES = readdirSync(path.resolve("test", "fixtures")).filter((name) => /^\d+\.\d+\.\d+$/.test(name));

const aboutOf = (version: string) =>
  JSON.parse(readFileSync(path.join(fixtureFolder(version), "about.json"), "utf8")) as About;

it("there is a kept workspace of each engine, for at least one release", () => {
  expect(RELEASES).toContain("0.1.0");
  for (const version of RELEASES)
    expect(readdirSync(fixtureFolder(version)).sort()).toEqual([
      "about.json",
      ...ENGINES.map(({ engine }) => `${engine}.tar.br`),
    ]);
});

type Cell = string | number | boolean | null;

/** Returns the rows of a table in the order of their partitions and steps, without what names the batch. */
async function rowsOf({ engine }: ManyModel, table: string): Promise<Record<string, Cell>[]> {
  const { columns, rows } = await engine.tables.query(`SELECT * FROM ${table}`, [], 100_000);
  const named = rows.map((row) =>
    Object.fromEntries(
      columns.map((name, i) => [name.toUpperCase(), row[i]!] as const).filter(([name]) => name !== "MM_OWNER"),
    ),
  );
  const place = (row: Record<string, Cell>) => `${row.PARTITION_KEY}\0${String(row.STEP ?? 0).padStart(6, "0")}`;
  return named.sort((a, b) => (place(a) < place(b) ? -1 : 1));
}

/** Expects the same values: the same bits where `Math` has those of the fixture, else to 9 digits. */
function expectSame(now: unknown, then: unknown, about: About, subject: string): void {
  if (about.arithmetic === arithmetic()) expect(now, subject).toEqual(then);
  else expect(rounded(now), subject).toEqual(rounded(then));
}

const rounded = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_, inner: unknown) => (typeof inner === "number" ? inner.toPrecision(9) : inner)));

for (const version of RELEASES)
  for (const { engine, missing, open } of ENGINES)
    describe.skipIf(missing !== undefined)(
      `a workspace of version ${version} on ${engine}${missing === undefined ? "" : ` (${missing})`}`,
      () => {
        const about = aboutOf(version);
        let workspace: KeptWorkspace;
        let mm: ManyModel;
        const ends: (() => Promise<void>)[] = [];
        beforeAll(async () => {
          const above = await mkdtemp(path.join(tmpdir(), "manymodel-test-"));
          ends.push(() => rm(above, { recursive: true, force: true }));
          await unpack(path.join(fixtureFolder(version), `${engine}.tar.br`), above);
          const place = await open(path.join(above, "place"));
          ends.push(() => place.close());
          workspace = new KeptWorkspace(path.join(above, "workspace"), place);
          await workspace.configure();
          await workspace.run("manymodel", "setup");
          mm = await workspace.open();
          ends.push(() => mm.close());
        });
        afterAll(async () => {
          for (const end of ends.reverse()) await end();
        });

        it("has its runs, versions, aliases and audit log, and every artifact is whole", async () => {
          const runs = await mm.engine.catalog.runs();
          expect(runs.filter(({ state }) => state !== "completed").map(({ runId }) => runId)).toEqual(["STOPPED"]);
          for (const run of about.completed) {
            const { problems, partitions } = await mm.runs.verify(run);
            expect(problems, run).toEqual([]);
            expect(partitions).toBe(runs.find(({ runId }) => runId === run)!.manifest!.partitions);
          }
          const versions = await mm.registry.showVersions();
          expect(versions.map((one) => `${one.model} ${one.version}`).sort()).toEqual(
            [...new Set(about.batches.map((batch) => `${batch.model} ${batch.version}`))].sort(),
          );
          for (const { packageVersion } of versions) expect(packageVersion).toBe(version);
          const models = ["METHODS", "STORES", "CHURN", "SENSORS"];
          for (const model of models)
            expect((await mm.registry.knownModelVersion(model, "champion")).version).toBe("V1");
          const log = await mm.registry.audit({});
          expect(log.filter(({ action }) => action === "create-version")).toHaveLength(models.length + 1);
        });

        it.each(about.batches)("forecasts $model $version into $output as it did then", async (batch) => {
          const again = `AGAIN_${batch.output}`;
          await workspace.score(batch, again);
          const [now, then] = [await rowsOf(mm, again), await rowsOf(mm, batch.output)];
          expect(then.filter(({ STATUS }) => STATUS === "OK").length).toBeGreaterThan(2);
          expectSame(now, then, about, batch.output);
        });

        it("resumes a run that was interrupted before the upgrade, and equals the undisturbed one", async () => {
          const { chunks } = await mm.engine.queue.counts("STOPPED");
          expect(chunks.finished).toBeGreaterThan(0);
          expect(chunks.available + chunks.leased).toBeGreaterThan(0);
          await workspace.run("STOPPED", "resume", "STOPPED", "--pinned");
          const rows = async (run: string) => (await runRows(mm, run)).map(({ fitMs: _, attempt: __, ...row }) => row);
          expectSame(await rows("STOPPED"), await rows("WHOLE"), about, "STOPPED");
          expect((await mm.runs.verify("STOPPED")).problems).toEqual([]);
        });

        it("takes a new version on top, promotes it, and goes back", async () => {
          const { registry } = mm;
          const { horizon } = await registry.knownModelVersion("METHODS", "V1");
          const version = await registry.nextVersion("METHODS");
          expect(version).toBe("V3");
          await registry.logManyModel({ name: "METHODS", version, run: "METHODS", horizon });
          await registry.setModelAlias("METHODS", "champion", version);
          expect((await registry.knownModelVersion("METHODS", "champion")).version).toBe("V3");
          expect(await registry.rollback("METHODS", "champion")).toBe("V1");
        });

        it("takes a new run beside those of the earlier version", async () => {
          await workspace.run("PATCH", "train", "--run-id", "TODAY");
          const rows = async (run: string) =>
            (await runRows(mm, run)).map(({ partitionKey, dataSha256, seed }) => ({ partitionKey, dataSha256, seed }));
          expect(await rows("TODAY")).toEqual(await rows("PATCH"));
        });

        it("has models that today's library forecasts and updates as the earlier one did", async () => {
          const rows = await runRows(mm, "METHODS");
          const models = rows.flatMap(({ key, model }) =>
            model === null ? [] : [{ key, model: JSON.parse(model) as FittedModel }],
          );
          expect(new Set(models.map(({ key }) => key[0]))).toEqual(new Set(rows.map(({ key }) => key[0])));
          const [forecasts, later] = [await rowsOf(mm, "METHODS_FORECASTS"), await rowsOf(mm, "METHODS_LATER")];
          const newer = (await rowsOf(mm, "SERIES_LATER")).filter(({ DAY }) => String(DAY) > "2025-03-06");
          for (const { key, model } of models) {
            const of = (row: Record<string, Cell>) => row.METHOD === key[0] && row.ITEM === key[1];
            const plain = ({ mean, lower, upper }: ReturnType<typeof forecast>) =>
              Array.from(mean, (value, step) => [
                value,
                ...lower.map((low) => low[step]!),
                ...upper.map((up) => up[step]!),
              ]);
            const withoutBatch = (rows: Record<string, Cell>[]) =>
              rows.filter(of).map((row) => [row.FORECAST, row.LO_80, row.LO_95, row.HI_80, row.HI_95]);
            const then = withoutBatch(forecasts);
            expectSame(plain(forecast(model, { h: then.length, levels: [80, 95] })), then, about, key.join(" "));
            // What could not take in the newer rows then, such as a combination with a member that cannot, was left as it was.
            if (!later.some((row) => of(row) && row.STATUS === "OK")) continue;
            expect(supports(model, "update")).toBe(true);
            const y = newer.filter(of).map(({ QTY }) => Number(QTY));
            expect(y).toHaveLength(3);
            const updated = withoutBatch(later);
            expectSame(
              plain(forecast(update(model, y), { h: updated.length, levels: [80, 95] })),
              updated,
              about,
              key.join(" "),
            );
          }
        });
      },
    );
