import type { RunManifest } from "../core/run.ts";
import { stagePath } from "../core/stage-path.ts";
import { loadDefinition } from "../model/bundle.ts";
import { completesRows } from "../model/complete-rows.ts";
import type { Engine } from "../ports/engine.ts";
import type { TableFunctions } from "../ports/table-functions.ts";
import { getVerified } from "../stages/checksum.ts";
import { parseJson } from "../stages/json.ts";
import { remember } from "../work/remember.ts";
import { createWorker, type WorkerRequest } from "../work/worker.ts";
import { compileFitFunction, compilePredictFunction } from "./compile-function.ts";
import { scoreByFunction } from "./score-by-function.ts";
import { trainByFunction } from "./train-by-function.ts";

/** A worker that has chunks trained and segments scored by table functions, and does everything else itself. */
export function createFunctionWorker(engine: Engine, functions: TableFunctions): ReturnType<typeof createWorker> {
  const own = createWorker(engine);
  const bundle = (sha256: string, why: string) => getVerified(engine.stage, stagePath.definition(sha256), sha256, why);
  const fitFunction = remember(async (named) => {
    const { run, manifestSha256 } = JSON.parse(named) as { run: string; manifestSha256: string };
    const path = stagePath.manifest(run);
    const bytes = await getVerified(engine.stage, path, manifestSha256, "the run was planned");
    const manifest = parseJson<RunManifest>(bytes, path);
    const { definition, snapshot, keyArg, exports, seed } = manifest;
    const stored = await bundle(definition.sha256, "the run was planned");
    return { manifest, body: await compileFitFunction(stored, definition.name, { snapshot, keyArg, exports, seed }) };
  });
  const predictFunction = remember(async (asked) => {
    const { sha256, completes } = JSON.parse(asked) as { sha256: string; completes: boolean };
    const stored = await bundle(sha256, "the version was registered");
    const name = `definition ${sha256.slice(0, 8)}`;
    const [definition, body] = await Promise.all([
      loadDefinition(stored, sha256, name),
      compilePredictFunction(stored, name, completes),
    ]);
    return { definition, body };
  });
  return async (request: WorkerRequest, note) => {
    if (request.type === "train" && functions.trains) {
      const { run, manifestSha256 } = request;
      const { manifest, body } = await fitFunction(JSON.stringify({ run, manifestSha256 }));
      return trainByFunction(engine, functions, manifest, body, request);
    }
    if (request.type === "score-segment" && functions.scores) {
      const { definition, body } = await predictFunction(
        JSON.stringify({ sha256: request.definitionSha256, completes: completesRows(request.snapshot.query) }),
      );
      return scoreByFunction(engine, functions, definition, body, request);
    }
    return own(request, note);
  };
}
