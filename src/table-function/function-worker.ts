import { ManymodelError } from "../core/errors.ts";
import type { RowRules, RunManifest, ZoneRule } from "../core/run.ts";
import { stagePath } from "../core/stage-path.ts";
import { loadDefinition } from "../model/bundle.ts";
import type { Engine } from "../ports/engine.ts";
import type { TableFunctions } from "../ports/table-functions.ts";
import { getVerified } from "../stages/checksum.ts";
import { parseJson } from "../stages/json.ts";
import { remember } from "../work/remember.ts";
import type { ScoredPart } from "../work/scored-part.ts";
import { createWorker, type WorkerRequest } from "../work/worker.ts";
import { compileFitFunction, compilePredictFunction } from "./compile-function.ts";
import { scoreByFunction } from "./score-by-function.ts";
import { trainByFunction } from "./train-by-function.ts";

/** Says why a definition is no table function. @throws what is no property of the definition */
function unfit(error: unknown): { readonly unfit: string } {
  if (error instanceof ManymodelError && error.kind === "usage") return { unfit: error.message };
  throw error;
}

/**
 * Returns the error of a batch with a lead time: the code that draws its sample paths is too large for a table
 * function.
 */
const noLeadTime = () =>
  new ManymodelError(
    "usage",
    "a table function gives no quantile of the demand over a lead time; set snowflake.scoring: auto, inference or client, or leave batch.lead_time out",
  );

/**
 * Returns a worker that has chunks trained and segments scored by table functions, and does everything else itself.
 */
export function createFunctionWorker(engine: Engine, functions: TableFunctions): ReturnType<typeof createWorker> {
  const inner = createWorker(engine);
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
  const predictFunction = remember(async (key) => {
    const { sha256, query, zone } = JSON.parse(key) as { sha256: string; query: RowRules; zone?: ZoneRule };
    const stored = await bundle(sha256, "the version was registered");
    const name = `definition ${sha256.slice(0, 8)}`;
    const [definition, body] = await Promise.all([
      loadDefinition(stored, sha256, name),
      compilePredictFunction(stored, name, { query, ...(zone !== undefined && { zone }) }),
    ]);
    return { definition, body };
  });
  return async (request: WorkerRequest, note) => {
    if (request.type === "train" && functions.trains) {
      const { run, manifestSha256 } = request;
      const { manifest, body } = await fitFunction(JSON.stringify({ run, manifestSha256 }));
      return trainByFunction(engine, functions, manifest, body, request);
    }
    if (request.type === "score-segment" && functions.scores !== "never") {
      const { query, zone } = request.snapshot;
      const parameters = { sha256: request.definitionSha256, query, zone };
      const compilation =
        request.leadTime === undefined ? predictFunction(JSON.stringify(parameters)) : Promise.reject(noLeadTime());
      const compiled = await (functions.scores === "always" ? compilation : compilation.catch(unfit));
      if (!("unfit" in compiled))
        return scoreByFunction(engine, functions, compiled.definition, compiled.body, request);
      const part = (await inner(request, note)) as ScoredPart;
      return { ...part, scoredHere: compiled.unfit } satisfies ScoredPart;
    }
    return inner(request, note);
  };
}
