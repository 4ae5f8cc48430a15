import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { at } from "../core/aligned.ts";
import { ManymodelError, messageOf } from "../core/errors.ts";
import { moduleUrl } from "../core/module-url.ts";
import type { RowRules, ZoneRule } from "../core/run.ts";
import { clockChanges } from "../core/time-zone.ts";
import { bundleDefinition, loadDefinition } from "../model/bundle.ts";
import { completesRows } from "../model/complete-rows.ts";
import { findExternal } from "../model/external-packages.ts";
import { remember } from "../work/remember.ts";
import type { TrainingPlan } from "../work/train-partition.ts";
import type { PartitionCompletion } from "./complete-partition.ts";

declare global {
  /**
   * True in a table function that only scores. The compiler replaces the expression `globalThis.MANYMODEL_SCORES_ONLY` by `true`
   * or `false`, so that the code of fitting, which a scoring function never calls, takes none of its 100 KB. A definition
   * writes the whole expression where it names its fits: only then can the compiler leave them out.
   */
  var MANYMODEL_SCORES_ONLY: true | undefined;
}

/** The largest body that a table function may have, in bytes. */
export const LARGEST_FUNCTION = 100 * 1024;

const file = (name: string) => fileURLToPath(moduleUrl(`./${name}`, import.meta.url));

/**
 * Compiles a bundled definition and what trains by it to the body of a JavaScript table function (see `fitFunction`). The
 * same definition and plan give the same text.
 *
 * @throws {ManymodelError} `usage` if the definition needs what a table function has not, or is too large for one
 */
export function compileFitFunction(bundle: Uint8Array, name: string, plan: TrainingPlan): Promise<string> {
  const { columns, keyColumns, query } = plan.snapshot;
  if (plan.snapshot.future !== undefined)
    throw new ManymodelError(
      "usage",
      `a table function cannot train on rows that source.fill takes from ${plan.snapshot.future.query.table}; set snowflake.compute: service or client, or fill ${query.table} in source.query`,
    );
  const needed = { ...plan, snapshot: { columns, keyColumns, ...completionOf(plan.snapshot) } };
  const advice = "train in another way: snowflake.compute service or client";
  const { period } = (plan.exports ?? {}) as { readonly period?: unknown };
  const parts = [
    "definition",
    JSON.stringify(needed),
    completing(plan.snapshot),
    typeof period === "number" || period === undefined ? "undefined" : "decidePeriod",
  ];
  return compile(bundle, name, { made: "fitFunction", from: "fit-function", parts }, advice);
}

/**
 * Compiles a bundled definition and what scores by it to the body of a JavaScript table function (see `predictFunction`).
 * It knows nothing of versions and batches, so there is one for each definition, and one that completes rows.
 *
 * @throws {ManymodelError} `usage` if the definition needs what a table function has not, or is too large for one
 */
export function compilePredictFunction(
  bundle: Uint8Array,
  name: string,
  snapshot: Parameters<typeof completing>[0] = { query: {} },
): Promise<string> {
  const advice = "set snowflake.scoring: client";
  const parts = ["definition", completing(snapshot)];
  return compile(bundle, name, { made: "predictFunction", from: "predict-function", parts, scoresOnly: true }, advice);
}

/** Returns the parts of a snapshot by which a function completes its rows, with the clocks of its zone. */
export function completionOf({
  query,
  timeColumn,
  panel,
  hasInstants,
  zone,
}: TrainingPlan["snapshot"]): PartitionCompletion {
  return {
    query,
    timeColumn,
    ...(panel !== undefined && { panel }),
    ...(hasInstants !== undefined && { hasInstants }),
    ...(zone !== undefined && { zone: { ...zone, changes: clockChanges(zone.name) } }),
  };
}

/** Returns the name of the function that completes the rows of a partition. */
export function completing({ query, zone }: { readonly query: RowRules; readonly zone?: ZoneRule }): string {
  if (zone !== undefined) return completesRows(query) ? "zonedResamplePartition" : "zonePartition";
  if (query.resample !== undefined) return "resamplePartition";
  return completesRows(query) ? "completePartition" : "undefined";
}

/** The modules of parts that not every function needs: there is little room. */
const PARTS: Readonly<Record<string, string>> = {
  completePartition: file("complete-partition"),
  resamplePartition: file("resample-partition"),
  zonePartition: file("zone-partition"),
  zonedResamplePartition: file("zoned-resample-partition"),
  decidePeriod: fileURLToPath(moduleUrl("../model/series-period", import.meta.url)),
  withStoredModels: fileURLToPath(moduleUrl("../model/stored-model", import.meta.url)),
};

/** The module and the function that makes a table function, and its arguments. */
interface FunctionSource {
  readonly made: string;
  readonly from: string;
  readonly parts: readonly string[];
  /** True for a function that never fits (see `MANYMODEL_SCORES_ONLY`). */
  readonly scoresOnly?: boolean;
}

/** Returns one object literal in ES2019, which imports nothing and needs nothing but the language. */
async function compile(
  bundle: Uint8Array,
  name: string,
  { made, from, parts, scoresOnly = false }: FunctionSource,
  advice: string,
): Promise<string> {
  const external = findExternal(bundle);
  if (external !== undefined)
    throw new ManymodelError(
      "usage",
      `cannot compile ${name} for a warehouse: a table function has no package ${external} (model.external); ${advice}`,
    );
  const { build } = await import("esbuild");
  const module = await builtinModule(bundle, name);
  const { load, needsLearnt } = await loadDefinition(bundle, createHash("sha256").update(bundle).digest("hex"), name);
  if (needsLearnt === true)
    throw new ManymodelError(
      "usage",
      `cannot compile ${name} for a warehouse: a table function has no place for the one model that all partitions share; ${advice}`,
    );
  const needed = load === undefined ? parts : [...parts, "withStoredModels"];
  const imports = Object.entries({ ...PARTS, [made]: file(from) })
    .filter(([part]) => part === made || needed.includes(part))
    .map(([part, path]) => `import { ${part} } from ${JSON.stringify(path)};`);
  const entry = `import "later-builtins"; import stated from "definition"; ${imports.join(" ")}
    const definition = ${load === undefined ? "stated" : "withStoredModels(stated)"};
    export const made = ${made}(${parts.join(", ")});`;
  let code: string;
  try {
    const { outputFiles } = await build({
      stdin: { contents: entry, resolveDir: path.dirname(file(from)) },
      bundle: true,
      write: false,
      format: "iife",
      globalName: "compiled",
      platform: "neutral",
      target: "es2019",
      minify: true,
      charset: "ascii",
      legalComments: "none",
      logLevel: "silent",
      treeShaking: true,
      // Replaced in either case: an engine of ES2019 has no globalThis, and no WebAssembly for kernels.
      define: {
        "globalThis.MANYMODEL_SCORES_ONLY": String(scoresOnly),
        "globalThis.MANYMODEL_DEFAULT_TESTS": String(module !== undefined),
        "globalThis.MANYMODEL_KERNELS": JSON.stringify("typescript"),
      },
      inject: [file("quiet-console")],
      plugins: [
        {
          name: "table-function",
          setup(build) {
            // The package says of its modules that importing them changes nothing; of this one that is not so.
            build.onResolve({ filter: /^later-builtins$/ }, () => ({
              path: file("later-builtins"),
              sideEffects: true,
            }));
            build.onResolve({ filter: /^definition$/ }, () =>
              module === undefined ? { path: "definition", namespace: "stored" } : { path: module },
            );
            build.onLoad({ filter: /.*/, namespace: "stored" }, () => ({ contents: bundle, loader: "js" }));
            // The second is what a definition of the user's own may import.
            build.onResolve({ filter: /\/sha256\.[jt]s$|^node:crypto$/ }, () => ({ path: file("sha256") }));
            build.onResolve({ filter: /^node:module$/ }, () => ({ path: "module", namespace: "absent" }));
            build.onLoad({ filter: /.*/, namespace: "absent" }, () => ({
              contents: "export const createRequire = () => undefined;",
            }));
            build.onResolve({ filter: /^node:/ }, ({ path: specifier }) => ({
              errors: [{ text: `${specifier} is not there in a table function` }],
            }));
          },
        },
      ],
    });
    code = at(outputFiles, 0).text.trim();
  } catch (cause) {
    const first = (cause as { errors?: { text: string }[] }).errors?.[0]?.text ?? messageOf(cause);
    throw new ManymodelError("usage", `cannot compile ${name} for a warehouse: ${first}; ${advice}`, { cause });
  }
  const body = bodyOf(code);
  if (body.length > LARGEST_FUNCTION)
    throw new ManymodelError(
      "usage",
      `${name} is too large for a warehouse: ${body.length} bytes compiled, at most ${LARGEST_FUNCTION} are allowed; ${advice}`,
    );
  return body;
}

/**
 * Returns the module of a built-in definition that this bundle was made of; undefined for any other. Compiled from its module, a
 * definition shares code with what trains or scores by it, instead of bringing its own.
 */
async function builtinModule(bundle: Uint8Array, name: string): Promise<string | undefined> {
  if (!/^[a-z-]+$/.test(name)) return undefined;
  const module = fileURLToPath(moduleUrl(`../model/builtin/${name}`, import.meta.url));
  if (!existsSync(module)) return undefined;
  return Buffer.compare(await bundleOf(module), bundle) === 0 ? module : undefined;
}

/** Returns the bundle of a built-in definition's module. Training and scoring functions are compiled of the same one. */
const bundleOf = remember(async (module) => (await bundleDefinition(module)).bytes);

/**
 * Returns the object literal. Its code is strict, as the definition's module was, and finds whole numbers as far as
 * numbers are exact where the engine has none.
 */
function bodyOf(code: string): string {
  return `{
  initialize: function (info, context) {
    if (!this.made) {
      var whole = function (value) {
        if (!Number.isSafeInteger(Number(value))) throw new RangeError(value + " is beyond 2^53, and this engine has no BigInt");
        return Number(value);
      };
      this.made = (function (BigInt) { "use strict"; ${code} return compiled.made; })(
        typeof BigInt === "function" ? BigInt : whole);
    }
    this.made.initialize();
  },
  processRow: function (row, writer, context) { this.made.processRow(row); },
  finalize: function (writer, context) { this.made.finalize(writer); }
}`;
}
