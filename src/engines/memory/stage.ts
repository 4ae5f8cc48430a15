import { ManymodelError } from "../../core/errors.ts";
import { stagePathParts } from "../../core/stage-path.ts";
import type { Stage } from "../../ports/stage.ts";

/** Returns a stage as a map from path to bytes. */
export function memoryStage(): Stage {
  const files = new Map<string, Uint8Array>();
  const check = (path: string) => {
    stagePathParts(path);
    return path;
  };
  const list = (prefix: string) => [...files.keys()].filter((path) => path.startsWith(prefix)).sort();
  return {
    async put(path, bytes) {
      files.set(check(path), Uint8Array.from(bytes));
    },
    async get(path) {
      const bytes = files.get(check(path));
      if (bytes === undefined) throw new ManymodelError("not-found", `${path} is not on the stage`);
      return Uint8Array.from(bytes);
    },
    async list(prefix) {
      return list(prefix);
    },
    async remove(prefix) {
      const matches = list(prefix);
      for (const path of matches) files.delete(path);
      return matches.length;
    },
  };
}
