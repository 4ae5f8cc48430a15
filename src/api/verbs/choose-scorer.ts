import { ManymodelError } from "../../core/errors.ts";
import type { ModelVersion } from "../../core/registry.ts";
import { stagePath } from "../../core/stage-path.ts";
import type { BatchSpec } from "../../pipeline/score-batch.ts";
import type { Engine } from "../../ports/engine.ts";
import { readIndex } from "../../runs/read-index.ts";
import { getVerified } from "../../stages/checksum.ts";
import { compilePredictFunction } from "../../table-function/compile-function.ts";

/**
 * Returns the engine as a batch is to use it. Inference jobs that are a last resort stay only where no table function can score
 * a definition of the version, or what is asked of it: a warehouse needs no nodes.
 */
export async function chooseScorer(
  engine: Engine,
  version: ModelVersion,
  { query, leadTime }: Pick<BatchSpec, "query" | "leadTime">,
): Promise<Engine> {
  const { inference, ...others } = engine;
  if (inference?.isLastResort !== true || leadTime !== undefined) return engine;
  const { model, version: name, index } = version;
  const { sources } = await readIndex(engine.stage, index, `${model} ${name} was registered`);
  const rules = { query, ...(query.zone !== undefined && { zone: query.zone }) };
  for (const sha256 of new Set(sources.map(({ definitionSha256 }) => definitionSha256))) {
    const bundle = await getVerified(
      engine.stage,
      stagePath.definition(sha256),
      sha256,
      `${model} ${name} was registered`,
    );
    const isFit = await compilePredictFunction(bundle, name, rules).then(
      () => true,
      (error) => {
        if (error instanceof ManymodelError && error.kind === "usage") return false;
        throw error;
      },
    );
    if (!isFit) return engine;
  }
  return others;
}
