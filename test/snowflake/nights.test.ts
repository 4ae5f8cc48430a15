import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { connect, type ManyModel, type StepReport } from "manymodel";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inProcessWorkers } from "../../src/engines/memory/workers.ts";
import { runRows, temporaryFolder } from "../workspace.ts";
import { openTestAccount, type TestAccount } from "./account.ts";
import { manymodel } from "./command.ts";
import { PYTHON } from "./python.ts";

const HOUR = 3_600_000;
const dayOf = (i: number) => new Date(Date.UTC(2026, 0, 1 + i)).toISOString().slice(0, 10);

/**
 * Hours by the clocks of Berlin over the change of the 26th of October 2025, with a second row of one hour and without the hours
 * from 6 to 9 of some days. C ends weeks before the others.
 */
function hours(): string {
  const rows = ["sku,ts,qty"];
  for (const [s, sku] of ["A", "B", "C"].entries())
    for (let i = 0; i < (sku === "C" ? 300 : 24 * 34); i++) {
      const instant = Date.UTC(2025, 8, 30, 22) + i * HOUR;
      const local = new Date(instant + (instant < Date.UTC(2025, 9, 26, 1) ? 2 : 1) * HOUR);
      if (local.getUTCDate() % 5 === s && local.getUTCHours() >= 6 && local.getUTCHours() < 9) continue;
      const row = `${sku},${local.toISOString().slice(0, 19)}`;
      const busy = local.getUTCDay() === 6 ? 9 : 3;
      rows.push(`${row},${busy + s + ((i * i) % 5) / 4}`);
      if (i % 100 === 12) rows.push(`${row},1`);
    }
  return `${rows.join("\n")}\n`;
}

const RULES = {
  source: {
    table: "HOURS",
    partition_by: "sku",
    order_by: "ts",
    target: "qty",
    period: "auto",
    time_zone: "Europe/Berlin",
    interval: "PT1H",
    fill: "zero",
    duplicates: "sum",
    resample: "P1D",
    active: { within: "10d" },
  },
  model: "ets",
  train: { horizon: 3, holdout: 0, workers: 1 },
  batch: { levels: [80] },
};

/**
 * Returns every model, and every row of the forecasts, without parts that differ from run to run, or by the spelling of
 * columns.
 */
async function leftBy(mm: ManyModel) {
  const [run] = await mm.engine.catalog.runs();
  const models = (await runRows(mm, run?.runId ?? "")).map(({ fitMs: _, attempt: __, dataSha256: ___, ...row }) => row);
  const { rows } = await mm.tables.query(
    "SELECT PARTITION_KEY, STEP, FORECAST, LO_80, HI_80, STATUS FROM FORECASTS ORDER BY PARTITION_KEY, STEP",
  );
  return { models, forecasts: rows.map((row) => row.map(String)) };
}

async function opened<Result>(folder: string, read: (mm: ManyModel) => Promise<Result>): Promise<Result> {
  const mm = await connect(path.join(folder, "manymodel.yaml"));
  try {
    return await read(mm);
  } finally {
    await mm.close();
  }
}

describe("rules for the rows of a source, engine: snowflake, on the local server", () => {
  let account: TestAccount;
  beforeAll(async () => {
    account = await openTestAccount();
  });
  afterAll(() => account.close());

  async function night(settings: object): Promise<Awaited<ReturnType<typeof leftBy>>> {
    const folder = await temporaryFolder();
    await writeFile(path.join(folder, "hours.csv"), hours());
    await writeFile(path.join(folder, "manymodel.yaml"), JSON.stringify({ ...RULES, ...settings }));
    await manymodel(folder, "setup");
    await manymodel(folder, "import", "hours.csv", "--table", "HOURS");
    await manymodel(folder, "pipeline", "run");
    return opened(folder, leftBy);
  }

  it("equal those of the local engine, for every place of training and scoring", async () => {
    const local = await night({});
    expect(local.models.map(({ nObs, info }) => [nObs, JSON.parse(info ?? "{}").period])).toEqual([
      // In UTC the table begins at 22:00, and ends on another day at 21:00: between them are 33 whole days.
      [33, 7],
      [33, 7],
    ]);
    expect(local.forecasts.map(([key, , , , , status]) => `${key} ${status}`)).toEqual([
      ...["s:A OK", "s:A OK", "s:A OK", "s:B OK", "s:B OK", "s:B OK", "s:C ENDED"],
    ]);
    const inference = { compute: "client", model_registry: true, scoring: "inference", compute_pool: "P", replicas: 1 };
    const service = { compute: "service", compute_pool: "P", image: "/lab/mm/worker:1", replicas: 1, memory: "1Gi" };
    const ways: Readonly<Record<string, object>> = {
      service,
      warehouse: { compute: "warehouse" },
      ...(PYTHON !== undefined && { inference }),
    };
    for (const [schema, way] of Object.entries(ways)) {
      const snowflake = { ...account.block(schema.toUpperCase()), ...way };
      expect(await night({ engine: "snowflake", snowflake }), schema).toEqual(local);
    }
  });
});

describe("manymodel pipeline run with a gate, engine: snowflake, on the local server", () => {
  const config = {
    source: { table: "SALES", partition_by: "sku", order_by: "day", target: "qty", period: 7 },
    model: "snaive",
    train: { horizon: 10, holdout: 7, workers: 1 },
    register: { model: "SALES_MODEL", alias: "champion" },
    refine: { offenders: true, candidates: ["naive", "mean"], windows: 1 },
    pipeline: {
      import: "inbox/*.csv",
      monitor: true,
      promote: { metric: "wape", at_most: 1.02, max_failed: 0.01 },
      export: "forecasts.csv",
    },
  };
  const feed = (from: number, to: number, factor = (_: string) => 1) =>
    ["sku,day,qty"]
      .concat(
        ["A", "B", "C", "D"].flatMap((sku, s) =>
          Array.from({ length: to - from }, (_, i) => from + i).map(
            (t) => `${sku},${dayOf(t)},${factor(sku) * (20 + s + 5 * Number(t % 7 === s) + ((t * t + s) % 5) / 4)}`,
          ),
        ),
      )
      .join("\n");

  /**
   * Runs four nights: the second has a feed without decimal points, which the third mends, and in the fourth A sells
   * twice as much.
   */
  async function nights(engine: object) {
    const folder = await temporaryFolder();
    await mkdir(path.join(folder, "inbox"));
    await writeFile(path.join(folder, "manymodel.yaml"), JSON.stringify({ ...config, ...engine }));
    return opened(folder, async (mm) => {
      await mm.engine.preparation?.prepare();
      // The driver of the account's local server cannot read from a thread.
      Object.assign(mm.engine, { workers: inProcessWorkers() });
      const done: unknown[] = [];
      for (const [name, text] of [
        ["0.csv", feed(0, 60)],
        ["1.csv", feed(60, 63, () => 100)],
        ["1.csv", feed(60, 63)],
        ["2.csv", feed(63, 73, (sku) => (sku === "A" ? 2 : 1))],
      ] as const) {
        await writeFile(path.join(folder, "inbox", name), text);
        const steps: StepReport[] = await mm.pipeline();
        const result = (step: string) => steps.find((one) => one.step === step)?.result ?? {};
        done.push([
          steps.filter(({ skipped }) => !skipped).map(({ step }) => step),
          result("import").rows,
          [result("monitor").newEntries, result("monitor").offenders],
          [result("refine").ranked ?? 0, result("champions").improved],
          [result("promote").promoted, result("promote").version],
          [result("batch").version, result("batch").ok],
          await leftBy(mm).then(({ forecasts }) => forecasts.map(([key, step]) => `${key} ${step}`)),
        ]);
      }
      return done;
    });
  }

  it("works as on the local engine: it refines, watches, and holds a broken feed back", async () => {
    const account = await openTestAccount();
    try {
      const local = await nights({});
      expect(local.map((night) => (night as unknown[])[4])).toEqual([
        [true, "V1"],
        [false, "V1"],
        [true, "V3"],
        [true, "V4"],
      ]);
      expect(local.map((night) => (night as unknown[])[2])).toEqual([
        [0, undefined],
        [12, []],
        [expect.any(Number), []],
        [40, ["s:A"]],
      ]);
      expect(local.map((night) => (night as [unknown, unknown, unknown, number[]])[3][0])).toEqual([0, 0, 0, 1]);
      expect(await nights({ engine: "snowflake", snowflake: account.block("NIGHTS") })).toEqual(local);
    } finally {
      await account.close();
    }
  });
});
