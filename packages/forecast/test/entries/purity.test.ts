import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createContext, runInContext } from "node:vm";
import { build } from "esbuild";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { launch, NO_BROWSER } from "../../../../test/dashboard/browser.ts";

const folder = fileURLToPath(new URL("../..", import.meta.url));

/** Fits and forecasts by four methods, and puts the bits of every forecast into the global `bits`. */
const PROGRAM = `
  import { autoArima, croston, ets, forecast, tbats } from "./dist/index.js";
  let seed = 7;
  const noise = () => (seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648;
  const demand = Float64Array.from({ length: 84 }, (_, t) => 20 + t / 9 + 5 * noise() + [0, 1, 4, 6, 3, 8, 9][t % 7]);
  const rare = demand.map((value) => (noise() < 0.3 ? Math.round(value) : 0));
  const models = {
    autoArima: autoArima(demand, { period: 7 }),
    ets: ets(demand, { period: 7 }),
    tbats: tbats(demand, { periods: [7] }),
    croston: croston(rare),
  };
  const bitsOf = (values) => Array.from(new BigUint64Array(values.slice().buffer), (bits) => bits.toString(16)).join();
  globalThis.bits = JSON.stringify(
    Object.entries(models).map(([name, model]) => {
      const { mean, lower, upper } = forecast(model, { h: 14 });
      return [name, ...[mean, ...lower, ...upper].map(bitsOf)];
    }),
  );`;

const bundle = async () => {
  const { outputFiles } = await build({
    stdin: { contents: PROGRAM, resolveDir: folder },
    bundle: true,
    minify: true,
    format: "iife",
    write: false,
    // Neither Node nor a browser: what imports a built-in does not compile.
    platform: "neutral",
  });
  return outputFiles.map(({ text }) => text).join("");
};
/** Runs a script in a realm that has the language and nothing else. */
const runBare = (script: string): unknown => {
  const context = createContext({}, { codeGeneration: { strings: false, wasm: false } });
  return runInContext(`delete globalThis.console; delete globalThis.WebAssembly; ${script}; bits`, context);
};
const runHere = (script: string): unknown => new Function(`${script}; return globalThis.bits`)();

/** Returns the forecasts in a text of bits. */
const numbersOf = (bits: unknown): number[] =>
  (JSON.parse(String(bits)) as string[][]).flatMap(([, ...lists]) =>
    lists.flatMap((list) => {
      const words = BigUint64Array.from(list.split(","), (word) => BigInt(`0x${word}`));
      return Array.from(new Float64Array(words.buffer));
    }),
  );

describe("@manymodel/forecast needs the language only", () => {
  it("imports nothing but its own files", () => {
    const files = readdirSync(`${folder}dist`, { recursive: true, encoding: "utf8" }).filter((name) =>
      /\.(js|d\.ts)$/.test(name),
    );
    expect(files.length).toBeGreaterThan(300);
    const outside = files.flatMap((file) =>
      ts
        .preProcessFile(readFileSync(`${folder}dist/${file}`, "utf8"), true, true)
        .importedFiles.filter(({ fileName }) => !fileName.startsWith("."))
        .map(({ fileName }) => `${file}: ${fileName}`),
    );
    expect(outside).toEqual([]);
  });

  it("is compiled without the types of Node and of browsers", () => {
    const { config } = ts.readConfigFile(`${folder}tsconfig.json`, ts.sys.readFile);
    expect(config.compilerOptions).toMatchObject({ lib: ["ES2023"], types: [] });
    const directives = readdirSync(`${folder}src`, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .filter((name) => {
        const { referencedFiles, typeReferenceDirectives, libReferenceDirectives } = ts.preProcessFile(
          readFileSync(`${folder}src/${name}`, "utf8"),
        );
        return referencedFiles.length + typeReferenceDirectives.length + libReferenceDirectives.length > 0;
      });
    expect(directives).toEqual([]);
  });

  it("gives the same bits in a bare realm as in Node", async () => {
    const script = await bundle();
    const bits = runBare(script);
    expect(bits).toBe(runHere(script));
    expect(JSON.parse(String(bits)).map(([name]: string[]) => name)).toEqual(["autoArima", "ets", "tbats", "croston"]);
  });

  it.skipIf(NO_BROWSER !== undefined)(
    `gives the same forecasts in a browser${NO_BROWSER ? ` (${NO_BROWSER})` : ""}`,
    async () => {
      const script = await bundle();
      const browser = await launch();
      try {
        const page = await browser.newPage();
        await page.addScriptTag({ content: script });
        // A browser's Math.pow may round otherwise than Node's, and the optimum of a likelihood moves with it.
        const here = numbersOf(runHere(script));
        const there = numbersOf(await page.evaluate("bits"));
        expect(there).toHaveLength(here.length);
        for (const [i, value] of there.entries())
          expect(Math.abs(value - here[i]!)).toBeLessThanOrEqual(1e-9 * Math.abs(here[i]!));
      } finally {
        await browser.close();
      }
    },
  );
});
