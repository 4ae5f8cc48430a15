import { writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { transform } from "esbuild";
import { describe, expect, it } from "vitest";
import { bundleDefinition, loadDefinition } from "../../src/model/bundle.ts";
import { changedVariables } from "../../src/model/module-state.ts";
import { body, dailyQuery, fillDaily, openWorkspace, runRows, temporaryFolder } from "../workspace.ts";

describe("state of a module", () => {
  const stateOf = async (code: string) => changedVariables((await transform(code, { loader: "ts" })).code);
  it.each([
    ["a variable that is assigned", "let a = 0; export const f = (x: number) => { a = x; };", ["a"]],
    ["one of several", "let a = 0, b = 1; export function f() { return b++; }", ["b"]],
    ["a map that is filled", "const m = new Map(); export function f(k: string) { m.set(k, 1); }", ["m"]],
    ["a list that grows", "const l: number[] = []; export function f() { l.push(1); }", ["l"]],
    ["an object whose entries change", "const o = { n: 0 }; export function f() { o.n += 1; }", ["o"]],
    ["a static field", "class C { static n = 0; m() { C.n++; } } export default C;", ["C"]],
    ["a property of a function", "export function f() { f.n = (f.n ?? 0) + 1; }", ["f"]],
    ["a constant", "const o = { n: 0 }; export function f() { return o.n === 1 ? o : null; }", []],
    ["a local variable", "export function f() { let a = 0; a += 1; return a; }", []],
    ["a table that is read", "const t = [1, 2]; export const f = (i: number) => t[i];", []],
  ])("%s", async (_, code, expected) => {
    expect(await stateOf(code)).toEqual(expected);
  });
});

describe("a definition whose modules keep state", () => {
  it("begins each call with modules of its own", async () => {
    const { bytes, sha256, name } = await bundleDefinition(fileURLToPath(body("remembers")));
    const definition = await loadDefinition(bytes, sha256, name);
    const data = { numbers: () => Float64Array.of(1, 2, 3) };
    const fit = () => definition.fit({ unit_id: "x", data } as never);
    expect(await fit()).toEqual({ model: { last: 0.1 * 3, seen: 1, mean: 2 } });
    expect(await fit()).toEqual(await fit());
    expect(typeof definition.predict).toBe("function");
  });

  it("is bundled once: the bundle of a bundle has the same bytes", async () => {
    const first = await bundleDefinition(fileURLToPath(body("remembers")));
    const file = path.join(await temporaryFolder(), "remembers.mjs");
    await writeFile(file, first.bytes);
    const { sha256, name } = await bundleDefinition(file);
    expect({ sha256, name }).toEqual({ sha256: first.sha256, name: first.name });
  });

  it("differs from a definition that cheats in another way", async () => {
    const mm = await openWorkspace("local");
    await fillDaily(mm, 6, 6);
    const options = { dataQuery: dailyQuery, chunksPerJob: 3, workers: 1 };
    for (const [name, different] of [
      ["remembers", 0],
      ["remembers-elsewhere", 6],
    ] as const) {
      const { runId } = await mm.foreachPartition("unit_id").dopar(body(name), options);
      expect(await mm.runs.checkDeterminism(runId)).toMatchObject({ partitions: 6, chunks: 1, different });
    }
    expect(await mm.runs.list()).toHaveLength(2);
  });

  it("gives the same models for any chunks and workers", async () => {
    const mm = await openWorkspace("local");
    await fillDaily(mm, 12, 6);
    const models = async (chunksPerJob: number, workers: number) => {
      const options = { dataQuery: dailyQuery, chunksPerJob, workers };
      const { runId } = await mm.foreachPartition("unit_id").dopar(body("remembers"), options);
      return (await runRows(mm, runId)).map(({ partitionKey, model }) => [partitionKey, model]);
    };
    expect(await models(12, 2)).toEqual(await models(1, 1));
  });
});
