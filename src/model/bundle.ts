import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { at } from "../core/aligned.ts";
import type { ColumnInfo } from "../core/columns/column.ts";
import { ManymodelError, messageOf, show } from "../core/errors.ts";
import { checkMetricDeclarations, type MetricDeclarations } from "../core/metric.ts";
import { moduleUrl } from "../core/module-url.ts";
import type { AnyModelDefinition } from "./define-model.ts";
import { EXTERNAL_REQUIRE, externalPackages } from "./external-packages.ts";
import { BUNDLE_SETTINGS, isolatedModule } from "./module-state.ts";
import { type OutputContext, outputColumnsOf } from "./output-columns.ts";
import { parseWith } from "./standard-schema.ts";
import { withStoredModels } from "./stored-model.ts";
import { findUnbundled } from "./unbundled-files.ts";

/** A model definition as one self-contained file, named by the hash of its bytes. */
export interface Bundle {
  readonly sha256: string;
  readonly name: string;
  readonly bytes: Uint8Array;
  /** True if it has a `predict`, without which a run can be trained but not registered. */
  readonly predicts: boolean;
  /** True if it learns what its partitions' models share; left out otherwise. */
  readonly learns?: true;
  /** The metrics that it declares, where it declares any. */
  readonly metrics?: MetricDeclarations;
  /**
   * Returns the columns that it adds to the output of a run, where it declares any. @throws {ManymodelError} `usage`
   */
  outputOf?(context: OutputContext<unknown>, reserved: readonly string[]): ColumnInfo[];
  /**
   * Returns the exports that the definition's schema makes of those of a run. @throws {ManymodelError} `usage` if they
   * break it
   */
  parseExports(exports: unknown): Promise<unknown>;
}

/**
 * The imports of this package that a definition may have. They are bundled in, so that a definition never depends on
 * what is installed.
 */
const PACKAGE_ENTRIES: Readonly<Record<string, string>> = {
  manymodel: "./index",
  "manymodel/model": "./index",
};
const { resolve: resolvePackage } = createRequire(import.meta.url);
/** Packages in CommonJS form ask for `require` even inside an ES module. */
const BANNER = `import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);`;

/**
 * Finds the file of what a definition imports of this package, or of the forecasting package that it was installed with:
 * `manymodel/forecast/arima` is `@manymodel/forecast/arima`.
 */
function findEntry(name: string): string | undefined {
  const entry = PACKAGE_ENTRIES[name];
  if (entry !== undefined) return fileURLToPath(moduleUrl(entry, import.meta.url));
  if (!/^@?manymodel\/forecast/.test(name)) return undefined;
  try {
    return resolvePackage(name.replace(/^manymodel/, "@manymodel"));
  } catch {
    return undefined;
  }
}

/**
 * Marks an import of a package by a definition's own file. It is kept whole: some packages, TensorFlow.js among them, declare
 * that importing them changes nothing, although it registers what they have.
 */
const WHOLE = Symbol("a package that is kept whole");
const IN_PACKAGE = /[\\/]node_modules[\\/]/;
const LIST_AS_EXTERNAL = "list its package in model.external, and install it where workers run";

/** Tells whether a definition is a built-in one, which keeps no state. */
const isOurs = (file: string) => path.resolve(file).startsWith(fileURLToPath(new URL("./builtin/", import.meta.url)));

/**
 * Bundles a definition (TypeScript or JavaScript, with the packages it imports) into one ES module. The same sources
 * give the same bytes wherever they are. A definition whose modules keep state between calls is bundled so that each
 * call begins with modules of its own (see `isolatedModule`). A bundle is taken as it is.
 *
 * @param external - packages that are left out, and found where a worker runs
 * @throws {ManymodelError} `usage` if the file is missing, does not compile, reads files that cannot be bundled, or has no
 *   default export with `fit`
 */
export async function bundleDefinition(file: string, external: readonly string[] = []): Promise<Bundle> {
  const existing = await findBundle(file);
  if (existing !== undefined) return openBundle(existing, file);
  const { build } = await import("esbuild");
  const isolated = isOurs(file) ? undefined : await isolatedModule(file);
  const modules = new Set<string>();
  let code: Uint8Array;
  try {
    const result = await build({
      ...(isolated === undefined
        ? { entryPoints: [file] }
        : { stdin: { contents: isolated, resolveDir: path.dirname(path.resolve(file)) } }),
      ...BUNDLE_SETTINGS,
      format: "esm",
      banner: { js: external.length === 0 ? BANNER : `${BANNER}${EXTERNAL_REQUIRE}` },
      plugins: [
        externalPackages(external),
        {
          name: "manymodel",
          setup(build) {
            build.onResolve({ filter: /^(manymodel|@manymodel\/forecast)(\/|$)/ }, ({ path: name }) => {
              const file = findEntry(name);
              if (file !== undefined) return { path: file, sideEffects: false };
              const text = `${name} cannot be used inside a model definition; manymodel, manymodel/forecast and its entries can`;
              return { errors: [{ text }] };
            });
            build.onResolve({ filter: /^[^./]/ }, async ({ path: name, importer, kind, resolveDir, pluginData }) => {
              if (kind === "entry-point" || pluginData === WHOLE || path.isAbsolute(name) || IN_PACKAGE.test(importer))
                return undefined;
              const { path: module, ...resolved } = await build.resolve(name, {
                kind,
                resolveDir,
                importer,
                pluginData: WHOLE,
              });
              if (resolved.errors.length > 0) return undefined;
              return { path: module, external: resolved.external, namespace: resolved.namespace, sideEffects: true };
            });
            build.onLoad({ filter: /./ }, ({ path: module }) => {
              modules.add(module);
              return undefined;
            });
          },
        },
      ],
    });
    code = at(result.outputFiles, 0).contents;
  } catch (cause) {
    const first = (cause as { errors?: { text: string; location: { file: string; line: number } | null }[] })
      .errors?.[0];
    const where = first?.location ? ` (${first.location.file}:${first.location.line})` : "";
    const advice = /"\.node" files/.test(first?.text ?? "") ? `: this is native code; ${LIST_AS_EXTERNAL}` : "";
    const why = `${first?.text ?? messageOf(cause)}${where}${advice}`;
    throw new ManymodelError("usage", `cannot bundle ${file}: ${why}`, { cause });
  }
  const unbundled = isOurs(file) ? undefined : await findUnbundled(modules);
  if (unbundled !== undefined)
    throw new ManymodelError(
      "usage",
      `cannot bundle ${file}: ${unbundled.module} looks for ${unbundled.file} in its own folder, which does not travel with a model; import that file as bytes (import bytes from "…/${unbundled.file}") and pass them on, or ${LIST_AS_EXTERNAL}`,
    );
  return openBundle(code, file);
}

/** Returns a file's bytes, if they are what `bundleDefinition` makes; they have its banner. */
async function findBundle(file: string): Promise<Uint8Array | undefined> {
  const bytes = await readFile(file).catch(() => undefined);
  return bytes?.subarray(0, BANNER.length).toString("latin1") === BANNER ? bytes : undefined;
}

async function openBundle(code: Uint8Array, file: string): Promise<Bundle> {
  const hash = sha256(code);
  const definition = await loadDefinition(code, hash, file);
  const name = path.basename(file).replace(/\.[cm]?[jt]s$/, "");
  const { exports: schema, metrics, output } = definition;
  return {
    sha256: hash,
    name,
    bytes: code,
    predicts: typeof definition.predict === "function",
    ...(typeof definition.learn === "function" && { learns: true as const }),
    ...(metrics !== undefined && { metrics: checkMetricDeclarations(metrics, name) }),
    ...(output !== undefined && {
      outputOf: (context, reserved) => outputColumnsOf(output, context, name, reserved),
    }),
    parseExports: async (exports) => (schema === undefined ? exports : parseWith(schema, exports, "exports")),
  };
}

/**
 * Loads a bundled definition, if its bytes have the expected hash; nothing else is ever executed.
 *
 * @throws {ManymodelError} `corrupt` if the hash differs; `usage` if it cannot be loaded or has no `fit`
 */
export async function loadDefinition(bytes: Uint8Array, expected: string, name: string): Promise<AnyModelDefinition> {
  const actual = sha256(bytes);
  if (actual !== expected)
    throw new ManymodelError(
      "corrupt",
      `definition ${name} has the hash ${actual}, the run was planned with ${expected}`,
    );
  const folder = await mkdtemp(path.join(tmpdir(), "manymodel-"));
  try {
    const file = path.join(folder, `${expected}.mjs`);
    await writeFile(file, bytes);
    let loaded: { default?: unknown };
    try {
      loaded = await import(pathToFileURL(file).href);
    } catch (cause) {
      throw new ManymodelError("usage", `cannot load ${name}: ${messageOf(cause)}`, { cause });
    }
    const definition = loaded.default as Partial<AnyModelDefinition> | undefined;
    if (typeof definition !== "object" || definition === null || typeof definition.fit !== "function")
      throw new ManymodelError(
        "usage",
        `${name} must have "export default defineModel({ fit, … })"; it exports ${show(definition)}`,
      );
    if (definition.save !== undefined && definition.load === undefined)
      throw new ManymodelError(
        "usage",
        `${name} has save, but no load; add load, which makes a model of what was saved`,
      );
    return withStoredModels(definition as AnyModelDefinition);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
