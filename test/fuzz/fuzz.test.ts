import { writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { openWorkspace, temporaryFolder } from "../workspace.ts";
import { fuzzConfig } from "./config.ts";
import { fuzzImport } from "./import.ts";
import { fuzzKeys } from "./partition-key.ts";

// npm run test:fuzz has 100,000 inputs.
describe("texts from outside", () => {
  it("partition keys decode to the encoded values, or are refused", () => {
    const { failures, accepted } = fuzzKeys(1, 3000);
    expect(failures).toEqual([]);
    expect(accepted).toBeGreaterThan(0);
  });

  it("configurations are read, or refused with file and line", async () => {
    const { failures, accepted } = await fuzzConfig(1, 600);
    expect(failures).toEqual([]);
    expect(accepted).toBeGreaterThan(0);
  });

  it("CSV files are imported whole, or refused", async () => {
    const { failures, accepted } = await fuzzImport(await temporaryFolder(), 1, 60);
    expect(failures).toEqual([]);
    expect(accepted).toBeGreaterThan(0);
  });

  it("CSV files are imported whose header holds text that no statement can hold", async () => {
    const mm = await openWorkspace("local");
    const file = path.join(mm.config.directory, "odd.csv");
    for (const header of ["C0,c 1\0", '"C0",\ufeffc 1', '"a""b",c']) {
      await writeFile(file, `${header}\ni,5.476\nk,6\n`);
      expect(await mm.engine.tables.import(file, "ODD", { replace: true }), header).toMatchObject({ rows: 2 });
    }
  });
});
