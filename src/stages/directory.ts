import { readdir, readFile, realpath, rm } from "node:fs/promises";
import path from "node:path";
import { ManymodelError } from "../core/errors.ts";
import { stagePathParts } from "../core/stage-path.ts";
import type { Stage } from "../ports/stage.ts";
import { makeFolder, writeWhole } from "./whole-file.ts";

/** Returns a stage in a directory. A file appears whole: written under another name, synced, then renamed. */
export function directoryStage(root: string): Stage {
  const resolve = (name: string) => path.join(root, ...stagePathParts(name));
  return {
    async put(name, bytes) {
      const file = resolve(name);
      await makeFolder(path.dirname(file));
      await writeWhole(file, bytes);
    },
    async get(name) {
      try {
        return await readFile(resolve(name));
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw cause;
        throw new ManymodelError("not-found", `${name} is not on the stage ${root}`, { cause });
      }
    },
    async list(prefix) {
      const folder = prefix === "" ? root : resolve(prefix.replace(/\/$/, ""));
      if (!(await isInside(root, folder))) return [];
      const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
      return entries
        .filter((entry) => entry.isFile() && !entry.name.startsWith("."))
        .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).split(path.sep).join("/"))
        .sort();
    },
    async remove(prefix) {
      const files = await this.list(prefix);
      if (files.length === 0) return 0;
      await rm(resolve(prefix.replace(/\/$/, "")), { recursive: true, force: true });
      return files.length;
    },
  };
}

/** Tells whether a folder is below the root when links are followed; true if it does not exist. */
async function isInside(root: string, folder: string): Promise<boolean> {
  const real = await realpath(folder).catch(() => undefined);
  return real === undefined || `${real}${path.sep}`.startsWith(`${await realpath(root)}${path.sep}`);
}
