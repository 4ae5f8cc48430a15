import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";
import type { ManyModel, StepReport } from "manymodel";
import { describe, expect, it, onTestFinished } from "vitest";
import { EVERY_ENGINE } from "../every-engine.ts";
import { start, until } from "../processes.ts";
import { body, openWorkspace, temporaryFolder } from "../workspace.ts";

const SKUS = Array.from({ length: 20 }, (_, i) => `S-${String(i + 1).padStart(2, "0")}`);
const dayOf = (t: number) => new Date(Date.UTC(2026, 0, 1 + t)).toISOString().slice(0, 10);

/** Returns a level, a day of the week that sells more, and something irregular. */
const demand = (sku: number, t: number) =>
  20 + sku + 6 * ((t + sku) % 7 === 5 ? 1 : 0) + ((t * t * 7 + sku * 13) % 11) / 4;

/** Returns the rows of the days `[from, to)` as CSV. */
function feed(skus: readonly string[], from: number, to: number, value = demand): string {
  const days = Array.from({ length: to - from }, (_, i) => from + i);
  const rows = skus.flatMap((sku) => days.map((t) => `${sku},${dayOf(t)},${value(Number(sku.slice(2)), t)}`));
  return ["sku,day,qty", ...rows, ""].join("\n");
}

/** Returns several feeds as one. */
const joined = (first: string, ...others: readonly string[]) =>
  [first.trim(), ...others.map((text) => text.trim().split("\n").slice(1).join("\n"))].join("\n");

const configured = (pipeline = "", source = "", model = "snaive") => `
source: { table: SALES, partition_by: sku, order_by: [sku, day], target: qty, period: 7${source} }
model: ${model}
train: { horizon: 7, holdout: 14, workers: 1 }
register: { model: SALES_MODEL, alias: champion }
reconcile: { levels: [{ by: sku, table: FORECASTS }, { by: [] }], method: bottom-up, missing: leave-out }
pipeline:
  import: inbox/*.csv
  monitor: true
  promote: { metric: wape, at_most: 1.02, max_failed: 0.01 }
  export: forecasts.csv
${pipeline}
`;

async function arrive(mm: ManyModel, name: string, text: string) {
  const inbox = path.join(mm.config.directory, "inbox");
  await mkdir(inbox, { recursive: true });
  await writeFile(path.join(inbox, name), text);
}

const resultOf = (steps: readonly StepReport[], name: string) => steps.find(({ step }) => step === name)?.result ?? {};
const doneIn = (steps: readonly StepReport[]) => steps.filter(({ skipped }) => !skipped).map(({ step }) => step);

/** Checks the view, the reconciled total and the exported file against each other: one row a series and step, of one version. */
async function addsUp(mm: ManyModel, version: string, series: number) {
  const row = async (sql: string) => (await mm.tables.query(sql)).rows[0]?.map(Number) ?? [];
  const versions = await mm.tables.query("SELECT DISTINCT MODEL_VERSION FROM FORECASTS");
  expect(versions.rows).toEqual([[version]]);
  const [rows, skus, sum] = await row(
    "SELECT count(*), count(DISTINCT sku), sum(FORECAST) FROM FORECASTS WHERE STEP > 0",
  );
  expect([rows, skus]).toEqual([7 * series, series]);
  const [steps, total] = await row("SELECT count(*), sum(FORECAST) FROM RECONCILED_FORECASTS WHERE sku IS NULL");
  const [leaves, parts] = await row("SELECT count(*), sum(FORECAST) FROM RECONCILED_FORECASTS WHERE sku IS NOT NULL");
  const [times] = await row("SELECT count(DISTINCT day) FROM FORECASTS");
  expect([steps, leaves]).toEqual([times, 7 * series]);
  expect(total).toBeCloseTo(sum ?? NaN, 6);
  expect(parts).toBeCloseTo(sum ?? NaN, 6);
  const file = (await readFile(path.join(mm.config.directory, "forecasts.csv"), "utf8")).trim().split("\n");
  const header = file[0]?.split(",") ?? [];
  const forecasts = file.slice(1).map((line) => Number(line.split(",")[header.indexOf("FORECAST")]));
  expect(forecasts.reduce((a, b) => a + b, 0)).toBeCloseTo(sum ?? NaN, 6);
}

describe.each(EVERY_ENGINE.filter(([name]) => !name.startsWith("snowflake")))(
  "nights on %s",
  (engine, missing, open) => {
    it.skipIf(missing)("hold a broken feed back, take in a new series, and are done once", async () => {
      const mm = await open(configured("", ", active: { within: 5d }"));
      await arrive(mm, "0.csv", feed(SKUS, 0, 120));
      const first = await mm.pipeline();
      expect(resultOf(first, "import")).toMatchObject({ files: ["inbox/0.csv"], rows: 2400 });
      expect(resultOf(first, "promote")).toMatchObject({ promoted: true, version: "V1", previous: null });
      await addsUp(mm, "V1", 20);
      const forecasts = path.join(mm.config.directory, "forecasts.csv");
      const before = await readFile(forecasts, "utf8");
      // The same night again does nothing; only setup always looks.
      const again = await mm.pipeline();
      expect(doneIn(again)).toEqual(["setup"]);
      expect(again.map(({ step, result }) => [step, result]).slice(1)).toEqual(
        first.map(({ step, result }) => [step, result]).slice(1),
      );

      // A lost decimal point: every value is ten times too large.
      await arrive(
        mm,
        "1.csv",
        feed(SKUS, 120, 121, (sku, t) => 10 * demand(sku, t)),
      );
      const broken = await mm.pipeline();
      const promotion = resultOf(broken, "promote");
      expect(promotion).toMatchObject({ promoted: false, candidate: "V2", version: "V1" });
      expect(promotion.judgement).toMatchObject({ reasons: ["outside"], outsideShare: 1, evidence: { fresh: 20 } });
      expect(promotion.message).toMatch(
        /^V2 does not replace V1 as champion: 100 % of the 20 new observations are outside the 95 % intervals of V1, more than max_outside 0.5 \(S-\d\d: \d+ where/,
      );
      // Yesterday's version scores, without the new observations: its forecasts are yesterday's.
      expect(resultOf(broken, "batch")).toMatchObject({ version: "V1", ok: 20 });
      await addsUp(mm, "V1", 20);
      expect((await readFile(forecasts, "utf8")).split("\n").sort()).toEqual(before.split("\n").sort());
      if (engine === "local") {
        // A real process says it by its exit code, each time.
        const process = start(mm, "pipeline", "run");
        const [code] = await process.ended;
        expect([code, process.output().stdout]).toEqual([4, expect.stringContaining("V2 does not replace V1")]);
      }

      // The feed is mended: its rows replace those of the day.
      await arrive(mm, "1.csv", feed(SKUS, 120, 121));
      const mended = await mm.pipeline();
      expect(resultOf(mended, "import")).toMatchObject({ files: ["inbox/1.csv"], rows: 20, replaced: 20 });
      expect(resultOf(mended, "promote")).toMatchObject({ promoted: true, version: "V3", previous: "V1" });
      await addsUp(mm, "V3", 20);

      await arrive(mm, "2.csv", joined(feed(SKUS, 121, 122), feed(["S-21"], 80, 122)));
      const grown = await mm.pipeline();
      expect(resultOf(grown, "monitor")).toMatchObject({ version: "V3", newEntries: 20 });
      expect(resultOf(grown, "promote")).toMatchObject({ promoted: true, version: "V4" });
      await addsUp(mm, "V4", 21);

      // A feed that delivers rows twice fails the series: too many of them have no model.
      const [most, some] = [[...SKUS.slice(5), "S-21"], SKUS.slice(0, 5)];
      await arrive(mm, "3.csv", joined(feed(most, 122, 123), feed(some, 122, 123), feed(some, 122, 123)));
      const doubled = resultOf(await mm.pipeline(), "promote");
      expect(doubled).toMatchObject({ promoted: false, version: "V4", judgement: { reasons: ["failed"] } });
      expect(doubled.message).toContain(
        "23.8 % of its partitions have no model, more than max_failed 0.01 (S-01: duplicate-timestamp",
      );
      await addsUp(mm, "V4", 21);

      // It is mended; of one series there are no rows any more.
      await arrive(mm, "3.csv", feed([...SKUS, "S-21"], 122, 123));
      await arrive(mm, "4.csv", feed([...SKUS.filter((sku) => sku !== "S-02"), "S-21"], 123, 130));
      const last = await mm.pipeline();
      expect(resultOf(last, "import")).toMatchObject({
        files: ["inbox/3.csv", "inbox/4.csv"],
        rows: 161,
        replaced: 26,
      });
      expect(resultOf(last, "promote")).toMatchObject({ promoted: true, version: "V6", previous: "V4" });
      expect(resultOf(last, "batch")).toMatchObject({ ok: 20 });
      const ended = await mm.tables.query("SELECT sku, STEP, FORECAST FROM FORECASTS WHERE STATUS = 'ENDED'");
      expect(ended.rows).toEqual([["S-02", null, null]]);
      await addsUp(mm, "V6", 20);
    });
  },
);

describe("a night", () => {
  it("is resumed after kill -9 in the middle of training", async () => {
    const gate = path.join(await temporaryFolder(), "go");
    const yaml = configured("", "", body("slow").pathname)
      .replace("workers: 1", `workers: 1, chunks: 4, exports: { ms: 1, gate: "${gate}" }`)
      .replace(/ {2}monitor.*\n/, "");
    const mm = await openWorkspace("local", yaml);
    await arrive(mm, "0.csv", feed(SKUS, 0, 40));
    const killed = start(mm, "pipeline", "run");
    await until(async () => (await mm.engine.catalog.runs()).some(({ state }) => state === "running"));
    killed.child.kill("SIGKILL");
    await killed.ended;
    await writeFile(gate, "");
    const steps = await mm.pipeline();
    const runs = await mm.engine.catalog.runs();
    expect(runs.map(({ runId, state }) => [runId, state])).toEqual([[resultOf(steps, "train").run, "completed"]]);
    expect(resultOf(steps, "train")).toMatchObject({ succeeded: 20, failed: 0 });
    expect(resultOf(steps, "import")).toMatchObject({ rows: 800 });
    expect(steps.find(({ step }) => step === "import")?.skipped).toBe(true);
    expect(resultOf(steps, "batch")).toMatchObject({ ok: 20, version: "V1" });
    expect(doneIn(await mm.pipeline())).toEqual(["setup"]);
  });

  it("resumes the changed partitions after kill -9 in the middle of training", async () => {
    const gate = path.join(await temporaryFolder(), "go");
    await writeFile(gate, "");
    const yaml = configured("", "", body("slow").pathname)
      .replace("workers: 1", `workers: 1, chunks: 4, changed_only: true, exports: { ms: 1, gate: "${gate}" }`)
      .replace(/ {2}(monitor|promote).*\n/g, "");
    const mm = await openWorkspace("local", yaml);
    await arrive(mm, "0.csv", feed(SKUS, 0, 40));
    const first = resultOf(await mm.pipeline(), "train").run;
    await rm(gate);
    await arrive(mm, "1.csv", feed(SKUS.slice(0, 8), 40, 41));
    const runs = async () =>
      (await mm.engine.catalog.runs()).map(({ runId, state, manifest }) => [
        runId === first ? "first" : (manifest?.mode ?? null),
        state,
        manifest?.partitions,
      ]);
    const killed = start(mm, "pipeline", "run");
    await until(async () => (await runs()).some(([, state]) => state === "running"));
    killed.child.kill("SIGKILL");
    await killed.ended;
    await writeFile(gate, "");
    const steps = await mm.pipeline();
    // The run of the 8 changed series that was begun is completed, and no other was begun.
    expect((await runs()).sort()).toEqual([
      ["changed", "completed", 20],
      ["first", "completed", 20],
      ["tasks", "completed", 8],
    ]);
    expect(resultOf(steps, "train")).toMatchObject({ succeeded: 20, failed: 0 });
    expect(resultOf(steps, "batch")).toMatchObject({ ok: 20, version: "V2" });
    expect(doneIn(await mm.pipeline())).toEqual(["setup"]);
  });

  it("posts its steps and failures to a webhook", async () => {
    const received: { state: string; error?: string; steps: { step: string }[] }[] = [];
    const server = createServer((request, response) => {
      let text = "";
      request.on("data", (chunk) => (text += chunk));
      request.on("end", () => {
        received.push(JSON.parse(text));
        response.end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const mm = await openWorkspace("local", configured(`  notify: http://127.0.0.1:${port}/`));
    await expect(mm.pipeline()).rejects.toThrow("pipeline.import: no file matches inbox/*.csv in ");
    await arrive(mm, "0.csv", feed(SKUS.slice(0, 3), 0, 60));
    expect(resultOf(await mm.pipeline(), "notify")).toMatchObject({ delivered: true, attempts: 1 });
    await mm.pipeline();
    // A file that is gone is written again, and nothing else is.
    await rm(path.join(mm.config.directory, "forecasts.csv"));
    expect(doneIn(await mm.pipeline())).toEqual(["setup", "export"]);
    expect(existsSync(path.join(mm.config.directory, "forecasts.csv"))).toBe(true);
    expect(received.map(({ state, error, steps }) => [state, error?.slice(0, 15), steps.at(-1)?.step])).toEqual([
      ["failed", "pipeline.import", "setup"],
      ["ok", undefined, "export"],
    ]);
  });

  it.each([
    [configured().replace("table: SALES", "table: ./sales.csv"), "which is no table of the workspace"],
    [configured().replace(", alias: champion", ""), "pipeline.promote moves an alias, but there is none"],
    [
      `${configured().replace("monitor: true", "monitor: false")}refine: { offenders: true }\n`,
      "add pipeline.monitor: true",
    ],
  ])("refuses a configuration that contradicts itself (%#)", async (yaml, reason) => {
    const mm = await openWorkspace("local", yaml);
    await expect(mm.pipeline()).rejects.toThrow(reason);
  });
});
