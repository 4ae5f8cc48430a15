import { fileURLToPath } from "node:url";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { bundleDefinition } from "../../src/model/bundle.ts";
import {
  compileFitFunction,
  compilePredictFunction,
  LARGEST_FUNCTION,
} from "../../src/table-function/compile-function.ts";
import { body } from "../workspace.ts";

const PLAN = {
  snapshot: { columns: [], keyColumns: [], timeColumn: null, query: { table: "T", keyColumns: [] } },
  keyArg: "unit_id",
  exports: {},
  seed: 1,
} as never;
const compile = async (file: URL) => {
  const { bytes, name } = await bundleDefinition(fileURLToPath(file));
  return compileFitFunction(bytes, name, PLAN);
};

describe("compiling a definition to a table function", () => {
  it("gives one object literal, the same every time, small enough and without imports", async () => {
    const text = await compile(new URL("../../examples/sku-demand/sku-forecast.ts", import.meta.url));
    expect(text).toBe(await compile(new URL("../../examples/sku-demand/sku-forecast.ts", import.meta.url)));
    expect(text.length).toBeLessThan(LARGEST_FUNCTION);
    expect(text).not.toMatch(/\bimport\b|\brequire\(|\?\?=|\?\.[A-Za-z_$[(]|\*\*=|\d+n\b/);
    expect(Object.keys(new Function(`return ${text}`)())).toEqual(["initialize", "processRow", "finalize"]);
  });
  it("has of a definition's family of methods no other family", async () => {
    const { bytes, name } = await bundleDefinition(fileURLToPath(body("arima-entry")));
    for (const text of [await compileFitFunction(bytes, name, PLAN), await compilePredictFunction(bytes, name)]) {
      expect(text.length).toBeLessThan(LARGEST_FUNCTION);
      expect(text).not.toContain("tbats");
      expect(text, "no WebAssembly in base64").not.toContain("AGFzbQ");
    }
  });
  it("shares the code of a built-in definition, so that automatic ARIMA fits with a season that it finds", async () => {
    const module = fileURLToPath(new URL("../../src/model/builtin/arima.ts", import.meta.url));
    const { bytes, name } = await bundleDefinition(module);
    const builtin = await compileFitFunction(bytes, name, {
      ...(PLAN as object),
      exports: { period: "auto" },
    } as never);
    const changed = new TextEncoder().encode(`${new TextDecoder().decode(bytes)}\n`);
    expect(builtin.length).toBeLessThan((await compileFitFunction(changed, name, PLAN)).length + 1024);
  });
  it("has room for automatic ARIMA where the rows of a source are completed", async () => {
    const module = fileURLToPath(new URL("../../src/model/builtin/arima.ts", import.meta.url));
    const { bytes, name } = await bundleDefinition(module);
    const query = { table: "T", keyColumns: [], fill: "zero", duplicates: "sum" };
    const plan = { ...(PLAN as object), snapshot: { columns: [], keyColumns: [], timeColumn: "D", query } } as never;
    expect((await compileFitFunction(bytes, name, plan)).length).toBeLessThan(LARGEST_FUNCTION);
  });
  it("lets a body hash by node:crypto", async () => {
    const { bytes, name } = await bundleDefinition(fileURLToPath(body("hashes")));
    expect((await compileFitFunction(bytes, name, PLAN)).length).toBeLessThan(LARGEST_FUNCTION);
  });
  it("lets a body print, which nobody reads", async () => {
    const chatty = new TextEncoder().encode(
      'export default { fit: () => { console.log("fitting"); return { model: {} }; } };',
    );
    const text = await compileFitFunction(chatty, "chatty", PLAN);
    const compiled = runInNewContext(`delete globalThis.console; (${text})`);
    const written: { OUTCOME: string }[] = [];
    compiled.initialize();
    compiled.processRow({ P: 0, PARTITION_KEY: "s:A" });
    compiled.finalize({ writeRow: (row: { OUTCOME: string }) => written.push(row) });
    expect(JSON.parse(written[0]!.OUTCOME)).toMatchObject({ outcome: "succeeded", errorMessage: null, log: null });
  });
  it("stores the codec's form of a model, bytes included", async () => {
    const library = new TextEncoder().encode(
      "export default { fit: () => ({ model: { w: Float32Array.of(1, NaN) } }), load: (saved) => saved };",
    );
    const compiled = runInNewContext(`(${await compileFitFunction(library, "library", PLAN)})`);
    const written: { OUTCOME: string }[] = [];
    compiled.initialize();
    compiled.processRow({ P: 0, PARTITION_KEY: "s:A" });
    compiled.finalize({ writeRow: (row: { OUTCOME: string }) => written.push(row) });
    const { model } = JSON.parse(written[0]?.OUTCOME ?? "{}");
    expect(JSON.parse(model)).toEqual({ saved: { w: { $: ["Float32Array", "AACAPwAAwH8="] } } });
  });
  it("completes the rows of a partition where the query has them completed", async () => {
    const counting = new TextEncoder().encode(
      'export default { fit: ({ data }) => ({ model: { y: [...data.numbers("Y")] } }) };',
    );
    const snapshot = {
      columns: [
        { name: "D", type: "number" },
        { name: "Y", type: "number" },
      ],
      keyColumns: [],
      timeColumn: "D",
      query: { table: "T", keyColumns: [], target: "Y", fill: { value: "zero", until: "panel" } },
      panel: { newest: 5, interval: "N1", later: 0, repeated: 0 },
    };
    const text = await compileFitFunction(counting, "counting", { ...(PLAN as object), snapshot } as never);
    const compiled = runInNewContext(`(${text})`);
    const written: { OUTCOME: string }[] = [];
    compiled.initialize();
    compiled.processRow({ P: 0, PARTITION_KEY: "s:A", C0: 1, C1: 7 });
    compiled.processRow({ P: 0, PARTITION_KEY: "s:A", C0: 3, C1: 9 });
    compiled.finalize({ writeRow: (row: { OUTCOME: string }) => written.push(row) });
    expect(JSON.parse(written[0]!.OUTCOME)).toMatchObject({
      nObs: 5,
      lastTs: "5",
      model: JSON.stringify({ y: [7, 0, 9, 0, 0] }),
    });
  });
  it("makes rows coarser and decides periods where the plan says so, and has no code for that elsewhere", async () => {
    const saying = new TextEncoder().encode(
      'export default { fit: ({ data, exports }) => ({ model: { y: [...data.numbers("Y")], period: exports.period } }) };',
    );
    const columns = [
      { name: "D", type: "date" },
      { name: "Y", type: "number" },
    ];
    const query = { table: "T", keyColumns: [], target: "Y", resample: { to: "P3M", by: "sum" } };
    const day = (month: number) => Date.UTC(2020, month, 1);
    const panel = { oldest: day(0), newest: day(59), interval: "P1M", later: 0, repeated: 0 };
    const snapshot = { columns, keyColumns: [], timeColumn: "D", query, panel };
    const plan = { ...(PLAN as object), snapshot, exports: { target: "Y", period: "auto" } } as never;
    const text = await compileFitFunction(saying, "saying", plan);
    const compiled = runInNewContext(`(${text})`);
    const written: { OUTCOME: string }[] = [];
    compiled.initialize();
    for (let month = 0; month < 60; month++)
      compiled.processRow({ P: 0, PARTITION_KEY: "s:A", C0: new Date(day(month)), C1: 1 + (month % 12) });
    compiled.finalize({ writeRow: (row: { OUTCOME: string }) => written.push(row) });
    const quarters = [6, 15, 24, 33];
    expect(JSON.parse(written[0]?.OUTCOME ?? "")).toMatchObject({
      nObs: 20,
      lastTs: "2024-10-01",
      model: JSON.stringify({ y: [...quarters, ...quarters, ...quarters, ...quarters, ...quarters], period: 4 }),
      info: '{"period":4}',
    });
    expect(text.length - (await compileFitFunction(saying, "saying", PLAN)).length).toBeGreaterThan(8_000);
  });
  it("leaves the code of fitting out of scoring functions", async () => {
    const arima = await bundleDefinition(fileURLToPath(new URL("../../src/model/builtin/arima.ts", import.meta.url)));
    const [fits, scores] = [
      await compileFitFunction(arima.bytes, "arima", PLAN),
      await compilePredictFunction(arima.bytes, "arima"),
    ];
    expect(scores.length).toBeLessThan(fits.length - 30_000);
  });
  it("refuses a definition that needs a missing package, or is too large", async () => {
    await expect(compile(body("ends-its-worker"))).resolves.toBeTypeOf("string");
    await expect(compile(new URL("../../src/model/builtin/forecaster.ts", import.meta.url))).rejects.toThrow(
      /too large for a warehouse: \d+ bytes/,
    );
    const best = await bundleDefinition(
      fileURLToPath(new URL("../../src/model/builtin/forecaster.ts", import.meta.url)),
    );
    await expect(compilePredictFunction(best.bytes, "best")).rejects.toThrow(
      /best is too large .* set snowflake\.scoring: client/,
    );
    const needy = new TextEncoder().encode(
      'import fs from "node:fs"; export default { fit: () => ({ model: fs.readdirSync("/") }) };',
    );
    await expect(compileFitFunction(needy, "needy", PLAN)).rejects.toThrow(
      /needy for a warehouse: node:fs is not there/,
    );
  });
});
