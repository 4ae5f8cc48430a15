import path from "node:path";
import { fileURLToPath } from "node:url";
import { ManymodelError, messageOf } from "../core/errors.ts";
import type { TrainingPlan } from "../pipeline/train-partition.ts";

/** The largest body that a table function may have, in bytes. */
export const LARGEST_FUNCTION = 100 * 1024;

const EXTENSION = path.extname(fileURLToPath(import.meta.url));
const file = (name: string) => fileURLToPath(new URL(`./${name}${EXTENSION}`, import.meta.url));

/**
 * Compiles a bundled definition and what calls it to the body of a JavaScript table function: one object literal in
 * ES2019, which imports nothing and needs nothing but the language. The same definition and plan give the same text.
 *
 * @throws {ManymodelError} `usage` if the definition needs what a table function has not, or is too large for one
 */
export async function compileFitFunction(bundle: Uint8Array, name: string, plan: TrainingPlan): Promise<string> {
  const { build } = await import("esbuild");
  const { columns, keyColumns, timeColumn, query } = plan.snapshot;
  const needed = { ...plan, snapshot: { columns, keyColumns, timeColumn, query } };
  const entry = `import "later-builtins"; import definition from "definition"; import { fitFunction } from ${JSON.stringify(file("fit-function"))};
    export const made = fitFunction(definition, ${JSON.stringify(needed)});`;
  let code: string;
  try {
    const { outputFiles } = await build({
      stdin: { contents: entry, resolveDir: path.dirname(file("fit-function")) },
      ...{ bundle: true, write: false, format: "iife", globalName: "compiled", platform: "neutral", target: "es2019" },
      ...{ minify: true, charset: "ascii", legalComments: "none", logLevel: "silent", treeShaking: true },
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
            build.onResolve({ filter: /^definition$/ }, () => ({ path: "definition", namespace: "stored" }));
            build.onLoad({ filter: /.*/, namespace: "stored" }, () => ({ contents: bundle, loader: "js" }));
            build.onResolve({ filter: /^node:crypto$/ }, () => ({ path: file("sha256") }));
            build.onResolve({ filter: /^node:module$/ }, () => ({ path: "module", namespace: "absent" }));
            build.onLoad({ filter: /.*/, namespace: "absent" }, () => ({
              contents: "export const createRequire = () => undefined;",
            }));
            build.onResolve({ filter: /^node:/ }, ({ path: wanted }) => ({
              errors: [{ text: `${wanted} is not there in a table function` }],
            }));
          },
        },
      ],
    });
    code = outputFiles[0]!.text.trim();
  } catch (cause) {
    const first = (cause as { errors?: { text: string }[] }).errors?.[0]?.text ?? messageOf(cause);
    throw new ManymodelError("usage", `cannot compile ${name} for a warehouse: ${first}; train in another way`, {
      cause,
    });
  }
  const body = `{
  initialize: function (info, context) { if (!this.made) { ${code} this.made = compiled.made; } this.made.initialize(); },
  processRow: function (row, writer, context) { this.made.processRow(row); },
  finalize: function (writer, context) { this.made.finalize(writer); }
}`;
  if (body.length > LARGEST_FUNCTION)
    throw new ManymodelError(
      "usage",
      `${name} is too large for a warehouse: ${body.length} bytes compiled, at most ${LARGEST_FUNCTION} are allowed; train in another way`,
    );
  return body;
}
