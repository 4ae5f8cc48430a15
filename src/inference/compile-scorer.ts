import path from "node:path";
import { fileURLToPath } from "node:url";

const SELF = fileURLToPath(import.meta.url);

let compiled: Promise<Uint8Array> | undefined;

/** The scorer as one file that Node runs: `node scorer.mjs FOLDER` (see `serve`). */
export function compileScorer(): Promise<Uint8Array> {
  compiled ??= compile();
  return compiled;
}

async function compile(): Promise<Uint8Array> {
  const { build } = await import("esbuild");
  const scorer = path.join(path.dirname(SELF), `scorer${path.extname(SELF)}`);
  const { outputFiles } = await build({
    stdin: {
      contents: `import { serve } from ${JSON.stringify(scorer)}; await serve(process.argv[2]);`,
      resolveDir: path.dirname(SELF),
    },
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    target: "node20",
    minify: true,
    external: ["esbuild"],
    charset: "ascii",
    legalComments: "none",
    logLevel: "silent",
  });
  return outputFiles[0]!.contents;
}
