/**
 * Prints the sizes of the built-in models as table functions of a warehouse, as `docs/snowflake.md` shows them.
 * Kilobytes of 1024 bytes, of the body alone; the limit is that of the compiler.
 */
import { fileURLToPath } from "node:url";
import { BUILTIN_MODELS } from "../dist/api/builtin-models.js";
import { bundleDefinition } from "../dist/model/bundle.js";
import { compileFitFunction, compilePredictFunction } from "../dist/table-function/compile-function.js";

const PLAN = {
  snapshot: { columns: [], keyColumns: [], timeColumn: null, query: { table: "T", keyColumns: [] } },
  keyArg: "unit_id",
  exports: {},
  seed: 1,
};

/** Kilobytes of a body, or that it is too large. */
async function size(compiled) {
  try {
    return String(Math.ceil((await compiled).length / 1024));
  } catch (error) {
    if (error.message.includes("all partitions share")) return "one model of all: no";
    const bytes = /too large for a warehouse: (\d+)/.exec(error.message)?.[1];
    if (bytes === undefined) throw error;
    return `too large: ${Math.ceil(Number(bytes) / 1024)}`;
  }
}

/** Returns a table of all built-in models, by the definition that they share. */
export async function functionSizes() {
  const byModule = new Map();
  for (const [model, { module }] of Object.entries(BUILTIN_MODELS))
    byModule.set(module, [...(byModule.get(module) ?? []), model]);
  const all = [...byModule, ["contest", ["(`refine`'s contest)"]]];
  const rows = await Promise.all(
    all.map(async ([module, models]) => {
      const file = new URL(`../dist/model/builtin/${module}.js`, import.meta.url);
      const { bytes, name } = await bundleDefinition(fileURLToPath(file));
      const [fit, predict] = [
        await size(compileFitFunction(bytes, name, PLAN)),
        await size(compilePredictFunction(bytes, name)),
      ];
      const listed = models.map((model) => (model.startsWith("(") ? model.slice(1, -1) : `\`${model}\``));
      return `| ${listed.join(", ")} | ${fit} | ${predict} |`;
    }),
  );
  return ["| model | trains, KB | scores, KB |", "|---|---|---|", ...rows].join("\n");
}
