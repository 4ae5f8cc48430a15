import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { type Config, ManymodelError, open } from "manymodel";
import { describe, expect, it, onTestFinished } from "vitest";
import { temporaryFolder } from "../workspace.ts";

const refusal = (config: unknown) =>
  open(config as Config).then(
    () => "accepted",
    (error) => (error instanceof ManymodelError ? `${error.kind}: ${error.message}` : String(error)),
  );

describe("a workspace opened by an object", () => {
  it("equals the workspace that a file of the same keys opens", async () => {
    const directory = await temporaryFolder();
    await writeFile(path.join(directory, "sales.csv"), "shop,day,y\nA,2025-01-01,1\nB,2025-01-01,2\n");
    const mm = await open({ source: { table: "sales.csv", partition_by: "shop", order_by: "day" } }, { directory });
    onTestFinished(() => mm.close());
    expect(await mm.keys()).toEqual(["A", "B"]);
    await mkdir(path.join(directory, "other"));
    const file = path.join(directory, "manymodel.yaml");
    await writeFile(file, "source: { table: sales.csv, partition_by: shop, order_by: day }\n");
    const same = await open(file);
    onTestFinished(() => same.close());
    const { file: _, directory: __, lines: ___, ...fromFile } = same.config;
    const { file: ____, directory: _____, ...fromObject } = mm.config;
    expect(fromObject).toEqual(fromFile);
  });

  it("trains a built-in model on the source of a call, where none is configured", async () => {
    const directory = await temporaryFolder();
    const rows = Array.from({ length: 20 }, (_, i) => `A,2025-01-${String(i + 1).padStart(2, "0")},${i % 7}`);
    await writeFile(path.join(directory, "sales.csv"), ["shop,day,qty", ...rows].join("\n"));
    const mm = await open({ train: { mode: "local" } }, { directory });
    onTestFinished(() => mm.close());
    const source = { table: "sales.csv", partitionBy: "shop", orderBy: "day", target: "qty" };
    expect((await mm.train("mean", { source })).index.succeeded).toBe(1);
    await expect(mm.train("mean", { source: { ...source, target: "units" } })).rejects.toThrow(
      'has no column "units" (target)',
    );
  });

  it.each([
    [
      { source: { table: "t", partition_by: "k", periods: 7 } },
      /config: the configuration: source\.periods: unknown key; .*period/,
    ],
    [{ train: { horizon: 0 } }, "config: the configuration: train.horizon: is 0; it must be at least 1"],
    [{ register: { name: "" } }, /config: the configuration: register\.name: is ""; it must be /],
    [
      { train: { chunks: 2, chunks_per_job: 3 } },
      /config: the configuration: train\.chunks_per_job: is the former name of/,
    ],
    [7, /config: the configuration: the file: is 7; it must be a block of keys/],
  ])("is refused in one line: %j", async (config, message) => {
    if (typeof message === "string") expect(await refusal(config)).toBe(message);
    else expect(await refusal(config)).toMatch(message);
  });
});
