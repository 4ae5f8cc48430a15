import { stagePath } from "../core/stage-path.ts";
import { loadDefinition } from "../model/bundle.ts";
import type { AnyModelDefinition } from "../model/define-model.ts";
import type { WorkerEngine } from "../ports/worker-engine.ts";
import { remember } from "./remember.ts";

/** Finds a definition by the checksum of its bundle. */
export type Definitions = (sha256: string) => Promise<AnyModelDefinition>;

/** Returns the definitions of a stage. Each is read once and kept, because it never changes. */
export function definitionsOf({ stage }: Pick<WorkerEngine, "stage">): Definitions {
  return remember(async (sha256) => {
    const path = stagePath.definition(sha256);
    return loadDefinition(await stage.get(path), sha256, path);
  });
}
