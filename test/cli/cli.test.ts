import { spawnSync } from "node:child_process";
import { appendFile, copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { absent, data } from "../../packages/forecast/test/reference.ts";
import { CommandLine } from "../command-line.ts";
import { BIN } from "../processes.ts";
import { temporaryFolder } from "../workspace.ts";

let folder: string;
beforeEach(async () => {
  folder = await temporaryFolder();
});

const commandLine = new CommandLine();
const manymodel = (...args: string[]) => commandLine.run(folder, ...args);
const json = (...args: string[]) => commandLine.json(folder, ...args);

/** Writes daily CSV data of some units. */
async function writeCsv(file: string, units: string[], days: number) {
  const lines = ["sku,day,qty"];
  for (const [u, unit] of units.entries())
    for (let day = 0; day < days; day++)
      lines.push(`${unit},${new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10)},${10 + u + (day % 7)}`);
  await writeFile(path.join(folder, file), `${lines.join("\n")}\n`);
}

describe("manymodel, on the command line", () => {
  it("goes from a CSV file to forecasts", async () => {
    await writeCsv("sales.csv", ["A", "B", "C"], 70);
    await json("init", "--table", "SALES", "--partition-by", "sku", "--order-by", "day", "--target", "qty");
    expect(await json("import", "sales.csv", "--table", "SALES")).toMatchObject({ table: "SALES", rows: 210 });
    expect(await json("setup")).toEqual({ created: ["FORECAST_RESULTS"], kept: [] });
    expect(await json("setup")).toEqual({ created: [], kept: ["FORECAST_RESULTS"] });
    const advice = await json("advise", "--sample", "2", "--horizon", "7");
    expect(advice).toMatchObject({ profile: { partitions: 3, sampled: 2, period: 7 }, evidence: { horizon: 7 } });
    expect((await manymodel("advise")).stdout).toMatch(
      /^(Recommendation|No recommendation): [\s\S]*\nNext:\n {2}manymodel /,
    );
    const run = await json("train", "--run-id", "first");
    expect(run).toMatchObject({ run: "first", partitions: 3, succeeded: 3, failed: 0, failures: [] });
    expect(await json("status")).toMatchObject([{ run: "first", state: "completed", partitions: 3 }]);
    expect(await json("status", "first")).toMatchObject({ state: "completed", queue: { partitionsFinished: 3 } });
    expect(await json("register")).toMatchObject({
      model: "MANY_MODEL_FORECAST",
      version: "V1",
      runId: "first",
      horizon: 30,
    });
    expect(await json("models")).toMatchObject([{ model: "MANY_MODEL_FORECAST", versions: 1 }]);
    expect(await json("versions")).toMatchObject([{ version: "V1" }]);
    expect(await json("versions", "OTHER")).toEqual([]);
    expect(await json("batch", "--horizon", "7", "--levels", "90")).toMatchObject({
      ok: 3,
      noModel: 0,
      errors: 0,
      rows: 21,
    });
    const { columns, rows } = await json(
      "sql",
      "SELECT * EXCLUDE (FORECAST, LO_90, HI_90) FROM FORECAST_RESULTS ORDER BY sku, STEP LIMIT 1",
    );
    const fixed = ["MODEL_NAME", "MODEL_VERSION", "PARTITION_KEY", "STEP", "STATUS", "ERROR_TYPE", "ERROR_MESSAGE"];
    expect(columns).toEqual([...fixed, "sku", "day"]);
    expect(rows).toEqual([["MANY_MODEL_FORECAST", "V1", "s:A", 1, "OK", null, null, "A", "2026-03-12"]]);
    const changed = await json("train", "--changed-only", "--since", "V1", "--run-id", "again");
    expect(changed).toMatchObject({ run: "again", succeeded: 3, changed: { since: "first", trained: 0, carried: 3 } });
    const options = ["--quantiles", "0.5", "--missing-model", "error", "--no-advance", "--incremental"];
    expect(await json("batch", ...options)).toMatchObject({ ok: 3, kept: 0 });
    expect(await json("batch", ...options)).toMatchObject({ ok: 3, kept: 3 });
    const index = await json("index", "first");
    expect(index).toMatchObject({ run: "first", succeeded: 3, path: "runs/first/model_index.json" });
    expect(await json("index", "first"), "indexing again gives the same index").toEqual(index);
    const people = await manymodel("status");
    expect(people.stdout).toContain("completed");
    expect(people.stderr).toBe("");
  });

  it("fails with one line that names the remedy, and the right exit code", async () => {
    await writeCsv("sales.csv", ["A"], 70);
    const failing: [number, string, string[]][] = [
      [2, 'there is no file manymodel.yaml; "manymodel init" writes one', ["status"]],
      [2, "unknown command 'trian'", ["trian"]],
      [2, '--model: there is no built-in model "auto.arima"; use auto-arima, ', ["init", "--model", "auto.arima"]],
      [2, "unknown option '--fast'", ["train", "--fast"]],
      [2, "required option '--table <name>' not specified", ["import", "x.csv"]],
      [2, "must be a whole number of at least 1", ["batch", "--horizon", "0"]],
    ];
    for (const [status, message, args] of failing) {
      const got = await manymodel(...args);
      expect([got.status, got.stderr], args.join(" ")).toEqual([status, expect.stringContaining(message)]);
      expect(
        got.stderr
          .trim()
          .split("\n")
          .filter((line) => line.startsWith("manymodel: ")),
      ).toHaveLength(1);
    }
    await json("init", "--table", "sales.csv", "--partition-by", "sku", "--order-by", "day", "--target", "qty");
    const later: [number, string, string[]][] = [
      [1, "manymodel.yaml exists already", ["init"]],
      [1, "there is no completed run yet: manymodel train", ["register"]],
      [1, 'there is no model "MANY_MODEL_FORECAST"', ["batch"]],
      [1, "there is no file", ["import", "missing.csv", "--table", "X"]],
      [2, 'table name "a b" is not allowed', ["import", "sales.csv", "--table", "a b"]],
      [1, 'there is no run "nope"', ["status", "nope"]],
      [1, 'there is no run "nope"', ["index", "nope"]],
      [1, 'there is no run "nope"', ["register", "--run", "nope"]],
      [2, 'there is no built-in model "arimaa"', ["train", "--model", "arimaa"]],
      [2, 'timeBudget is "2s", but only mode queue uses it, and the mode is tasks', ["train", "--time-budget", "2s"]],
      [2, "cannot bundle", ["train", "--model", "./missing.ts"]],
      [2, "sql is read-only", ["sql", "CREATE TABLE x (a INT)"]],
      [2, "sql is read-only", ["sql", "DELETE FROM TRAINING_RESULTS"]],
    ];
    for (const [status, message, args] of later) {
      const got = await manymodel(...args);
      expect([got.status, got.stderr], args.join(" ")).toEqual([status, expect.stringContaining(message)]);
      expect(got.stderr.trim().split("\n"), args.join(" ")).toHaveLength(1);
      expect(got.stdout).toBe("");
    }
    expect(JSON.parse((await manymodel("train", "--json", "--fast")).stdout)).toMatchObject({
      error: { kind: "usage", message: "unknown option '--fast'" },
    });
    const asJson = await manymodel("register", "--json");
    expect(JSON.parse(asJson.stdout)).toMatchObject({ error: { kind: "not-found" } });
    expect((await json("train", "--run-id", "r")).succeeded).toBe(1);
    await json("register", "--model-version", "V1");
    expect(await manymodel("register", "--model-version", "V1")).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("has a version V1 already"),
    });
    await writeFile(path.join(folder, "manymodel.yaml"), "train: { horizons: 3 }\n");
    expect(await manymodel("status")).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(
        /^manymodel: manymodel.yaml:1: train.horizons: unknown key; did you mean horizon\? The keys here are mode, .*\n$/,
      ),
    });
  });

  it("names the remedy in a clone that is not built", async () => {
    await mkdir(path.join(folder, "bin"));
    await writeFile(path.join(folder, "package.json"), '{ "type": "module" }');
    await copyFile(BIN, path.join(folder, "bin", "manymodel.js"));
    const { status, stderr } = spawnSync(process.execPath, [path.join(folder, "bin", "manymodel.js")], {
      encoding: "utf8",
    });
    expect([status, stderr]).toEqual([
      1,
      "manymodel: this clone is not built; in its folder: npm ci && npm run build\n",
    ]);
  });

  it("names the error in the data", async () => {
    await writeCsv("sales.csv", ["A"], 20);
    const train = async (source: string) => {
      await writeFile(path.join(folder, "manymodel.yaml"), `source: ${source}\ntrain: { holdout: 0 }\n`);
      const { status, stdout, stderr } = await manymodel("train");
      return [status, status === 0 ? stdout : stderr] as const;
    };
    expect(await train("{ table: sales.csv, partition_by: store }")).toEqual([
      1,
      expect.stringMatching(/no column "store" \(partition_by\); it has sku, day, qty/),
    ]);
    expect(await train("{ table: sales.csv, partition_by: sku, target: amount }")).toEqual([
      1,
      expect.stringMatching(/has no column "amount" \(target\); it has sku, day, qty/),
    ]);
    expect(await train("{ table: sales.csv, partition_by: sku, target: day }")).toEqual([
      1,
      expect.stringContaining("(target) holds dates; a forecast needs numbers"),
    ]);
    expect(await train("{ table: TABLE_X, partition_by: sku }")).toEqual([
      1,
      expect.stringContaining('there is no table "TABLE_X"'),
    ]);
    const withModel = async (model: string, order = "") => {
      const yaml = `source: { table: sales.csv, partition_by: sku, target: qty${order} }\nmodel: ${model}\n`;
      await writeFile(path.join(folder, "manymodel.yaml"), yaml);
      const { status, stderr } = await manymodel("train");
      return [status, stderr.replace(/^manymodel: .*manymodel\.yaml:2: model[.\w]*: model /, "")];
    };
    const day = ", order_by: day";
    expect(await withModel("churn")).toEqual([2, "churn needs the option features, a list of at least one string\n"]);
    expect(await withModel("{ name: churn, options: { features: [] } }")).toEqual([
      2,
      "churn has option features []; it must be a list of at least one string\n",
    ]);
    expect(await withModel("{ name: churn, options: { features: [QTY] } }")).toEqual([
      1,
      expect.stringContaining("is the target, so it cannot be one of the features"),
    ]);
    expect(await withModel("{ name: store-sales, options: { regressors: [day] } }", day)).toEqual([
      1,
      expect.stringContaining("(regressors) holds dates; it needs numbers or booleans"),
    ]);
    expect(await withModel("store-sales")).toEqual([2, "store-sales needs a time column; add source.order_by\n"]);
    expect(await withModel("{ name: store-sales, options: { regressors: [PROMO] } }", day)).toEqual([
      1,
      expect.stringContaining('has no column "PROMO" (regressors); it has sku, day, qty'),
    ]);
    expect(await withModel("{ name: sensor-anomalies, options: { method: tarot } }", day)).toEqual([
      2,
      'sensor-anomalies has option method "tarot"; it must be one of harmonics, ets, holt-winters, snaive\n',
    ]);
    expect(await withModel("{ name: ets, options: { damped: true } }", day)).toEqual([
      2,
      'ets has no option "damped"; it has target, period, horizon, holdout, lag, origins\n',
    ]);
    await writeFile(path.join(folder, "empty.csv"), "sku,day,qty\n");
    expect(await train("{ table: empty.csv, partition_by: sku }")).toEqual([1, expect.stringContaining("has no rows")]);
    await writeFile(
      path.join(folder, "odd.csv"),
      "sku,day,qty\nA,2026-01-02,2\nA,2026-01-01,1\nA,2026-01-03,3\nB,2026-01-01,1\nB,2026-01-01,2\n",
    );
    expect(await train("{ table: odd.csv, partition_by: sku, order_by: day, target: qty }")).toEqual([
      0,
      expect.stringContaining(
        "1 × duplicate-timestamp: day 2026-01-01 occurs twice; make one row of them by source.duplicates: sum (mean, last, first, max, min) (s:B)",
      ),
    ]);
    const results = await json(
      "sql",
      "SELECT FIRST_TS, LAST_TS, N_OBS FROM TRAINING_RESULTS WHERE OUTCOME = 'succeeded' AND PARTITION_KEY = 's:A' ORDER BY RUN_ID DESC LIMIT 1",
    );
    expect(results.rows, "unsorted rows are sorted").toEqual([["2026-01-01", "2026-01-03", 3]]);
  });

  it("prints the type of each column, and reads other decimals, dates and missing values by options", async () => {
    const months = Array.from({ length: 12 }, (_, i) => `${String(i + 1).padStart(2, "0")}/01/2023`);
    const lines = months.map((day, i) => `a;${day};${i === 3 ? "n/a" : `10${i},5`}`);
    await writeFile(path.join(folder, "us.csv"), `sku;day;qty\n${lines.join("\n")}\n`);
    await json("init", "--table", "US", "--partition-by", "sku", "--order-by", "day", "--target", "qty");
    const plain = (await manymodel("import", "us.csv", "--table", "US")).stdout;
    expect(plain).toContain("qty: string");
    expect(plain).toContain("day may be misread");
    const refused = (await manymodel("train")).stderr;
    expect(refused).toContain('holds strings, first "100,5" in sku = "a" (row 1); import a CSV file with --decimal ,');
    const options = ["--decimal", ",", "--null", "n/a", "--date-format", "%m/%d/%Y", "--replace"];
    expect((await json("import", "us.csv", "--table", "US", ...options)).columns).toEqual([
      { name: "sku", type: "string" },
      { name: "day", type: "date", first: "2023-01-01", last: "2023-12-01" },
      { name: "qty", type: "number" },
    ]);
  });

  it("imports a table whole or not at all, and replaces imported tables only", async () => {
    await writeCsv("sales.csv", ["A"], 10);
    await writeCsv("more.csv", ["A", "B"], 10);
    await writeFile(path.join(folder, "manymodel.yaml"), "");
    await json("setup");
    await json("import", "sales.csv", "--table", "SALES");
    expect(await manymodel("import", "more.csv", "--table", "SALES")).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("or replace it with --replace"),
    });
    expect((await json("import", "more.csv", "--table", "SALES", "--replace")).rows).toBe(20);
    expect((await json("sql", "SELECT count(*) FROM SALES")).rows).toEqual([[20]]);
    expect((await manymodel("import", "more.csv", "--table", "FORECAST_RESULTS", "--replace")).stderr).toContain(
      "was not imported, so it cannot be replaced",
    );
    await writeFile(path.join(folder, "broken.parquet"), "not parquet");
    expect((await manymodel("import", "broken.parquet", "--table", "BROKEN")).status).toBe(1);
    expect((await manymodel("import", "broken.parquet", "--table", "SALES", "--replace")).status).toBe(1);
    expect((await json("import", "sales.csv", "--table", "BROKEN")).rows, "a failed import leaves no table").toBe(10);
    expect((await json("sql", "SELECT count(*) FROM SALES")).rows, "nor harms the one it was to replace").toEqual([
      [20],
    ]);
  });

  it("fills gaps at the series' own interval, and forgoes a holdout that leaves too little", async () => {
    const days = Array.from({ length: 70 }, (_, i) => new Date(Date.UTC(2026, 0, 1 + i)));
    const weekly = days
      .filter((_, i) => i !== 20 && i !== 33)
      .map((day) => `GAPS,${day.toISOString().slice(0, 10)},${day.getUTCDay() === 6 ? 150 : 100}`);
    const fresh = days.map((day, i) => `NEW,${day.toISOString().slice(0, 10)},${i < 40 ? "" : 7}`);
    await writeFile(path.join(folder, "sales.csv"), ["sku,day,qty", ...weekly, ...fresh].join("\n"));
    await writeFile(
      path.join(folder, "manymodel.yaml"),
      "source: { table: sales.csv, partition_by: sku, order_by: day, target: qty, period: 7 }\n",
    );
    expect(await json("train")).toMatchObject({ succeeded: 2, failed: 0 });
    await json("register");
    await json("batch", "--horizon", "7");
    const rows = (
      await json(
        "sql",
        "SELECT dayofweek(day) = 6 AS saturday, round(FORECAST) FROM FORECAST_RESULTS WHERE sku = 'GAPS' ORDER BY STEP",
      )
    ).rows as [boolean, number][];
    for (const [saturday, forecast] of rows) expect(Math.abs(forecast - (saturday ? 150 : 100))).toBeLessThan(5);
    expect(
      (
        await json(
          "sql",
          "SELECT DISTINCT PARTITION_KEY FROM TRAINING_METRICS WHERE METRIC = 'holdout_mae' AND VALUE IS NOT NULL",
        )
      ).rows,
    ).toEqual([["s:GAPS"]]);
  });

  it("keeps the output of a body off standard output", async () => {
    await writeCsv("sales.csv", ["A"], 10);
    await writeFile(
      path.join(folder, "chatty.js"),
      `export default {
         fit: () => { console.log("from the body"); process.stdout.write("and more\\n"); return { model: {} }; },
         predict: ({ horizon }) => { console.log("predicting"); return { mean: Array(horizon).fill(1) }; },
       };`,
    );
    await writeFile(
      path.join(folder, "manymodel.yaml"),
      "source: { table: sales.csv, partition_by: sku, order_by: day, target: qty }\nmodel: ./chatty.js\n",
    );
    for (const mode of ["tasks", "local"]) {
      expect((await json("train", "--mode", mode)).succeeded).toBe(1);
      expect((await manymodel("train", "--mode", mode)).stderr).toContain("from the body");
    }
    const { log } = await json("forecast", "A", "--run", String((await json("status"))[0].run));
    expect(log).toBe("from the body\nand more\n");
  });

  it("has as many workers as --workers states, without a warning of Node", async () => {
    await writeCsv(
      "sales.csv",
      Array.from({ length: 12 }, (_, i) => `S${i}`),
      20,
    );
    await writeFile(
      path.join(folder, "manymodel.yaml"),
      "source: { table: sales.csv, partition_by: sku, order_by: day, target: qty }\nmodel: mean\n",
    );
    const { status, stderr } = spawnSync(process.execPath, [BIN, "train", "--workers", "12", "--chunks", "12"], {
      cwd: folder,
      encoding: "utf8",
    });
    expect(status, stderr).toBe(0);
    expect(stderr).not.toContain("Warning");
  });

  it("trains a definition from a file, with its options", async () => {
    await writeCsv("sales.csv", ["A", "B"], 20);
    await mkdir(path.join(folder, "models"));
    await writeFile(
      path.join(folder, "models", "half.js"),
      `import { defineModel } from "manymodel";
       export default defineModel({
         fit: ({ sku, data, exports }) => ({ model: { sku, half: data.numbers(exports.target).at(-1) * exports.factor } }),
         predict: ({ model, horizon }) => ({ mean: Array(horizon).fill(model.half) }),
       });`,
    );
    await writeFile(
      path.join(folder, "manymodel.yaml"),
      "source: { table: sales.csv, partition_by: sku, order_by: day, target: qty }\nmodel: { name: ./models/half.js, options: { factor: 0.5 } }\ntrain: { model_key_arg: sku, horizon: 1 }\n",
    );
    expect((await json("train", "--mode", "local")).succeeded).toBe(2);
    await json("register");
    await json("batch");
    expect((await json("sql", "SELECT sku, FORECAST FROM FORECAST_RESULTS ORDER BY 1")).rows).toEqual([
      ["A", 7.5],
      ["B", 8],
    ]);
  });

  it("reads a DuckDB file and Parquet without importing them", async () => {
    const { DuckDBInstance } = await import("@duckdb/node-api");
    const instance = await DuckDBInstance.create(path.join(folder, "shop.duckdb"));
    const connection = await instance.connect();
    await connection.run(
      "CREATE TABLE sales AS SELECT 'S' || (i // 10) AS sku, DATE '2026-01-01' + (i % 10)::INT AS day, i AS qty FROM range(40) t(i)",
    );
    await connection.run(`COPY sales TO '${path.join(folder, "sales.parquet")}'`);
    connection.closeSync();
    instance.closeSync();
    for (const table of ["shop.duckdb:sales", "sales.parquet"]) {
      await writeFile(
        path.join(folder, "manymodel.yaml"),
        `source: { table: "${table}", partition_by: sku, order_by: day, target: qty }\nmodel: drift\ntrain: { holdout: 2 }\n`,
      );
      expect(await json("train")).toMatchObject({ partitions: 4, succeeded: 4 });
    }
    expect((await readFile(path.join(folder, "shop.duckdb"))).length).toBeGreaterThan(0);
  });

  it("ends, with the error and nothing written, when an artifact was altered", async () => {
    await json("demo", "--series", "40", "--days", "60");
    const config = ["--config", path.join("manymodel-demo", "manymodel.yaml")];
    const stage = path.join(folder, "manymodel-demo", ".manymodel", "stage");
    const [[altered]] = (
      await json("sql", "SELECT STAGE_PATH FROM MODEL_INDEX WHERE RUN_ID LIKE 'champions%' LIMIT 1", ...config)
    ).rows;
    await appendFile(path.join(stage, altered), "x");
    const { status, stderr } = await manymodel("batch", ...config);
    expect([status, stderr]).toEqual([
      1,
      `manymodel: ${altered} was changed after it was committed; its checksum differs\n`,
    ]);
    expect((await json("sql", "SELECT count(*) FROM FORECAST_RESULTS", ...config)).rows).toEqual([[1200]]);
  });

  it("the demo goes the whole way and can be repeated", async () => {
    const { steps } = await json("demo", "--series", "6", "--days", "100");
    expect(steps.map(({ step, skipped }: { step: string; skipped: boolean }) => [step, skipped])).toEqual([
      ["setup", false],
      ["train", false],
      ["refine", false],
      ["champions", false],
      ["register", false],
      ["batch", false],
    ]);
    const [, train, refine, champions, register, batch] = steps.map(({ result }: { result: object }) => result);
    expect(train).toMatchObject({ succeeded: 6, failed: 0 });
    expect(refine).toMatchObject({ ranked: 2, succeeded: 2, failed: 0, skipped: 0 });
    expect(champions.after.mean).toBeLessThanOrEqual(champions.before.mean);
    expect(champions.after.median).toBeLessThanOrEqual(champions.before.median);
    expect(register).toMatchObject({ model: "MANY_MODEL_FORECAST", version: "V1" });
    expect(batch).toMatchObject({ partitions: 6, ok: 6, rows: 180 });
    const again = await json("demo", "--series", "6", "--days", "100");
    expect(again.steps.filter(({ skipped }: { skipped: boolean }) => !skipped)).toMatchObject([{ step: "setup" }]);
    expect(again.steps.at(-1).result).toEqual(batch);
    const { status, stdout } = await manymodel("demo", "--series", "6", "--days", "100");
    expect(status).toBe(0);
    expect(stdout).toContain(
      "batch: 6 of 6 scored into FORECAST_RESULTS, 0 without a model, 0 errors (nothing has changed)",
    );
    expect(stdout.match(/SKU0000\d {2}2022-04-11/g)).toHaveLength(3);
    const config = path.join("manymodel-demo", "manymodel.yaml");
    expect((await json("sql", "SELECT count(*) FROM SERIES_EVENTS", "--config", config)).rows).toEqual([[600]]);
  });

  it("screens, ranks, refines, compares and registers the champions under an alias", async () => {
    await writeCsv("sales.csv", ["A", "B", "C", "D"], 70);
    await json(
      "init",
      "--table",
      "SALES",
      "--partition-by",
      "sku",
      "--order-by",
      "day",
      "--target",
      "qty",
      "--model",
      "mean",
    );
    await json("import", "sales.csv", "--table", "SALES");
    expect(await json("plan", "--sample", "2")).toMatchObject({ partitions: 4, sampled: 2, sampleFailed: 0 });
    expect((await json("train", "--run-id", "screen")).estimate).toMatchObject({ partitions: 4 });
    const ranked = await json("rank", "--run", "screen", "--metric", "mae", "--worst-percent", "50");
    expect(ranked).toMatchObject({ metric: "holdout_mae", usable: 4 });
    expect(ranked.ranked).toHaveLength(2);
    const refined = await json(
      ...["refine", "--from", "screen", "--worst", "3", "--metric", "mae", "--by", "metric", "--run-id", "refined"],
      ...["--candidates", "snaive,naive", "--time-budget", "1m", "--chunks", "3"],
    );
    expect(refined).toMatchObject({ run: "refined", ranked: 3, chunks: 3, succeeded: 3, failed: 0, skipped: 0 });
    const champions = await json("champions", "--runs", "screen,refined", "--metric", "mae", "--run-id", "champions");
    expect(champions.from).toEqual({ screen: 1, refined: 3 });
    const compared = await json("compare", "screen", "champions", "--metric", "mae", "-o", "compared.svg");
    expect(compared).toMatchObject({ wins: 3, losses: 0, ties: 1, onlyA: 0, onlyB: 0 });
    expect(await readFile(path.join(folder, "compared.svg"), "utf8")).toMatch(/^<svg .*<\/svg>\n$/s);
    await json("register", "--run", "champions", "--alias", "champion");
    expect(await json("batch", "--model-version", "champion")).toMatchObject({ version: "V1", ok: 4 });
    const people = await manymodel("compare", "screen", "champions", "--metric", "mae");
    expect(people.stdout).toContain("B is better on 3, worse on 0, the same on 1");
    expect((await manymodel("rank", "--run", "screen", "--metric", "mae")).stdout).toContain(
      "4 of 4 partitions of screen",
    );
    expect((await manymodel("workers", "list")).stdout).toContain("No worker is alive.");
    expect((await manymodel("cancel", "screen")).stderr).toContain(
      "run screen is completed; only a running run can be changed",
    );
  });

  const m3 = data("m3_train");
  it.skipIf(m3 === undefined)(
    `the monthly series of the M3 competition${m3 === undefined ? `: ${absent}` : ""}`,
    async () => {
      const monthly = m3!.filter((row) => row.period === "MONTHLY");
      await writeFile(
        path.join(folder, "m3.csv"),
        ["id,index,value", ...monthly.map((row) => `${row.id},${row.index},${row.value}`)].join("\n"),
      );
      await writeFile(
        path.join(folder, "manymodel.yaml"),
        "source: { table: M3, partition_by: id, order_by: index, target: value, period: 12 }\ntrain: { horizon: 18, holdout: 18 }\n",
      );
      expect((await json("import", "m3.csv", "--table", "M3")).rows).toBe(141_858);
      expect(await json("train")).toMatchObject({ partitions: 1428, succeeded: 1428, failed: 0 });
      await json("register");
      expect(await json("batch")).toMatchObject({ partitions: 1428, ok: 1428, noModel: 0, errors: 0, rows: 1428 * 18 });
      expect(
        (await json("sql", "SELECT count(DISTINCT id), count(*) FROM FORECAST_RESULTS WHERE STATUS = 'OK'")).rows,
      ).toEqual([[1428, 25704]]);
    },
  );

  it("reconciles levels that are named on the command line", async () => {
    await writeFile(path.join(folder, "manymodel.yaml"), "batch: { levels: [80] }\n");
    const rows = (keys: string[], values: number[]) => [
      "PARTITION_KEY,day,FORECAST,LO_80,HI_80",
      ...keys.map((key, i) => `"${key}",2026-01-01,${values[i]},0,200`),
    ];
    await writeFile(path.join(folder, "items.csv"), rows(["s:A,s:x", "s:A,s:y", "s:B,s:x"], [10, 20, 30]).join("\n"));
    await writeFile(path.join(folder, "total.csv"), rows(["s:all"], [64]).join("\n"));
    const levels = ["--level", "store,sku=items.csv", "--level", "store", "--level", "=total.csv", "--time", "day"];
    const summary = await json("reconcile", ...levels, "--method", "ols", "--output", "R");
    expect(summary).toMatchObject({ leaves: 3, aggregates: 3, steps: 1, rows: 6, outputTable: "R" });
    // The total is 4 above the sum, and is one of four that share it alike.
    const query = ["sql", "SELECT LEVEL, store, sku, FORECAST FROM R WHERE LEVEL <> 'store,sku' ORDER BY FORECAST"];
    const sums = (await json(...query)).rows;
    const expected = [
      ["store", "B", null, 31],
      ["store", "A", null, 32],
      ["total", null, null, 63],
    ];
    expect(sums.map((row: unknown[]) => [...row.slice(0, 3), Math.round((row[3] as number) * 1e9) / 1e9])).toEqual(
      expected,
    );
    const stray = await manymodel("reconcile", ...levels, "--residuals", "sku=items.csv");
    expect(stray).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("--residuals sku=items.csv matches no level"),
    });
  });
});
