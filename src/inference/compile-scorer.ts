import path from "node:path";
import { fileURLToPath } from "node:url";
import { at } from "../core/aligned.ts";
import { moduleUrl } from "../core/module-url.ts";

/** Compiles the scorer to one file that Node runs: `node scorer.mjs FOLDER` (see `serve`). */
export async function compileScorer(): Promise<Uint8Array> {
  const { build } = await import("esbuild");
  const scorer = fileURLToPath(moduleUrl("./scorer", import.meta.url));
  const { outputFiles } = await build({
    stdin: {
      contents: `import { serve } from ${JSON.stringify(scorer)}; await serve(process.argv[2]);`,
      resolveDir: path.dirname(scorer),
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
  return at(outputFiles, 0).contents;
}
