import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { Resvg } from "@resvg/resvg-js";
import { expect, it } from "vitest";
import { CommandLine } from "../command-line.ts";
import { temporaryFolder } from "../workspace.ts";

it("looks at single partitions, and draws them, forecasts, accuracy, a comparison and a run", async () => {
  const folder = await temporaryFolder();
  const commandLine = new CommandLine();
  const manymodel = (...args: string[]) => commandLine.run(folder, ...args);
  const json = (...args: string[]) => commandLine.json(folder, ...args);
  /** Draws a picture, and checks that it is well-formed and describes itself in words. */
  const draw = async (...args: string[]) => {
    expect(await json("plot", ...args, "-o", "picture.svg")).toEqual({ file: "picture.svg" });
    const svg = await readFile(path.join(folder, "picture.svg"), "utf8");
    const { width, height } = new Resvg(svg);
    expect(svg).toContain(`width="${width}" height="${height}"`);
    expect(svg).toMatch(/<title>[^<]+<\/title><desc>[^<]+<\/desc>/);
    return svg;
  };

  const days = Array.from({ length: 70 }, (_, i) => new Date(Date.UTC(2026, 0, 1 + i)).toISOString().slice(0, 10));
  const rows = ["north,1", "north,2", "<south> & co,1"].flatMap((key, k) =>
    days.filter((_, i) => i !== 40).map((day, i) => `${key},${day},${20 + k + (i % 7) + ((i * i * 7) % 11) / 4}`),
  );
  const csv = ["store,sku,day,qty", ...rows, '"gone, too",9,2026-01-01,'].join("\n");
  await writeFile(path.join(folder, "sales.csv"), csv);
  const source = ["--table", "./sales.csv", "--partition-by", "store,sku", "--order-by", "day", "--target", "qty"];
  await json("init", ...source, "--model", "holt-winters");
  expect((await manymodel("plot", "accuracy", "-o", "a.svg")).stderr).toBe(
    "manymodel: there is no completed run yet: manymodel train\n",
  );
  await json("train", "--run-id", "first");
  await json("train", "--run-id", "second", "--model", "theta");
  await json("register", "--run", "first");
  await json("batch", "--horizon", "14");

  const one = await json("forecast", "north", "2", "--horizon", "14");
  expect(one).toMatchObject({ of: "MANY_MODEL_FORECAST V1", partitionKey: "s:north,i:2", status: "OK" });
  expect(one.columns).toEqual(["day", "STEP", "FORECAST", "LO_80", "HI_80", "LO_95", "HI_95"]);
  const select = `SELECT ${one.columns.join(", ")} FROM FORECAST_RESULTS WHERE PARTITION_KEY = 's:north,i:2' ORDER BY STEP`;
  expect(one.rows).toEqual((await json("sql", select)).rows);
  expect(await json("forecast", "s:north,i:2", "--horizon", "14")).toEqual(one);
  expect((await json("forecast", "north", "2", "--run", "second", "--levels", "90")).columns).toContain("LO_90");
  const people = (await manymodel("forecast", "north", "2")).stdout;
  expect(people).toMatch(/^north, 2: holt-winters · 69 observations of qty · .* · MANY_MODEL_FORECAST V1\n/);
  expect(people).toMatch(/│.*[\u2801-\u28ff].*[░▒]/);
  const failed = await manymodel("forecast", "gone, too", "9");
  expect(failed.status).toBe(1);
  expect(failed.stdout).toMatch(/^gone, too, 9: no model \(fit-error: .+\)\n$/);
  expect((await manymodel("forecast", "north")).stderr).toBe(
    "manymodel: a key is store, sku, but 1 word was given; give one word for each column, or one as in PARTITION_KEY\n",
  );
  expect((await manymodel("forecast", "north", "x")).stderr).toContain('not an integer partition key: "x"');
  expect((await manymodel("forecast", "north", "3")).stderr).toMatch(
    /MANY_MODEL_FORECAST V1 has no partition north 3; /,
  );

  const series = await draw("series", "<south> & co", "1");
  expect(series).toContain("<title>&lt;south&gt; &amp; co, 1</title>");
  expect(series).toContain("one step ahead");
  expect(await draw("series", "gone, too", "9")).toContain("no model (fit-error");
  const worst = await draw("forecasts", "--worst", "mase", "--count", "2");
  expect(worst).toContain("the worst by holdout_mase, 2 partitions");
  expect(await draw("forecasts")).toContain("the first 4 partitions");
  expect(await draw("accuracy", "first")).toContain("3 partitions: median ");
  expect(await draw("compare", "first", "second")).toContain("second against first");
  expect(await draw("run", "first")).toContain("completed: 4 of 4 partitions done, 1 failed");
  await json("plot", "run", "first", "-o", "run.png");
  const png = await readFile(path.join(folder, "run.png"));
  expect([png.subarray(1, 4).toString(), png.readUInt32BE(16)]).toEqual(["PNG", 2 * 960]);
  const wrong = await manymodel("plot", "run", "first", "-o", "run.gif");
  expect(wrong.stderr).toBe('manymodel: the picture\'s file is "run.gif"; its name must end in .svg or .png\n');
  expect(wrong.status).toBe(2);
});
