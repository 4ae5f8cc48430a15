import type { RunManifest } from "../core/run.ts";
import { stagePath } from "../core/stage-path.ts";
import { getVerified } from "../pipeline/checksum.ts";
import { parseJson } from "../pipeline/json.ts";
import { createWorker, type WorkerRequest } from "../pipeline/worker.ts";
import type { Engine } from "../ports/engine.ts";
import type { TableFunctions } from "../ports/table-functions.ts";
import { compileFitFunction } from "./compile-function.ts";
import { trainByFunction } from "./train-by-function.ts";

/** A worker that has chunks trained by a table function, and does everything else itself. */
export function createFunctionWorker(engine: Engine, functions: TableFunctions): ReturnType<typeof createWorker> {
  const own = createWorker(engine);
  const compiled = new Map<string, Promise<{ manifest: RunManifest; body: string }>>();
  const compile = async (run: string, sha256: string) => {
    const path = stagePath.manifest(run);
    const manifest = parseJson<RunManifest>(await getVerified(engine.stage, path, sha256, "the run was planned"), path);
    const { definition, snapshot, keyArg, exports, seed } = manifest;
    const stored = stagePath.definition(definition.sha256);
    const bundle = await getVerified(engine.stage, stored, definition.sha256, "the run was planned");
    return { manifest, body: await compileFitFunction(bundle, definition.name, { snapshot, keyArg, exports, seed }) };
  };
  return async (request: WorkerRequest, note) => {
    if (request.type !== "train") return own(request, note);
    const { run, manifestSha256 } = request;
    const known = compiled.get(manifestSha256) ?? compile(run, manifestSha256);
    compiled.set(manifestSha256, known);
    known.catch(() => compiled.delete(manifestSha256));
    const { manifest, body } = await known;
    return trainByFunction(engine, functions, manifest, body, request);
  };
}
