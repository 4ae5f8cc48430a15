import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";

/** A module of a bundle, and a file beside it that it looks for when it runs. */
export interface UnbundledFile {
  readonly module: string;
  readonly file: string;
}

const OWN_FOLDER = /\bimport\.meta\.(?:url|dirname|filename)\b|\b__(?:dirname|filename)\b/;
const FILE_NAME = /["'`]((?:\.{1,2}\/)?[\w@-][\w@./-]*\.\w{1,7})["'`]/g;
/** Files of a package that run or hold a model; others, such as its package.json, it may do without. */
const NEEDED = /\.(?:wasm|node|onnx|bin|data|mjs)$/;

/**
 * Finds a module that looks for files in its own folder of which none is bundled: they exist here, and would be missing
 * where the bundle is loaded. A module that names several, such as a program and its worker, needs only one.
 *
 * @param modules - the absolute paths of all files that are bundled
 */
export async function findUnbundled(modules: ReadonlySet<string>): Promise<UnbundledFile | undefined> {
  for (const module of modules) {
    if (!/\.[cm]?[jt]s$/.test(module)) continue;
    const text = await readFile(module, "utf8").catch(() => "");
    if (!OWN_FOLDER.test(text)) continue;
    const isPackage = /[\\/]node_modules[\\/]/.test(module);
    const files = [...text.matchAll(FILE_NAME)]
      .map(([, name = ""]) => path.resolve(path.dirname(module), name))
      .filter((file) => file !== module && existsSync(file) && (!isPackage || NEEDED.test(file)));
    const [first] = files;
    if (first !== undefined && !files.some((file) => modules.has(file))) return { module, file: path.basename(first) };
  }
  return undefined;
}
