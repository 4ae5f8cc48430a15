import type { IndexSource } from "../core/artifact.ts";
import { deepFreeze, type PlainData } from "../core/columns/plain-data.ts";
import { stagePath } from "../core/stage-path.ts";
import { loadDefinition } from "../model/bundle.ts";
import type { AnyModelDefinition } from "../model/define-model.ts";
import type { WorkerEngine } from "../ports/worker-engine.ts";
import { getVerified } from "../stages/checksum.ts";
import { parseJson } from "../stages/json.ts";
import { remember } from "./remember.ts";

/** The checksum of a definition's bundle, and what its run learnt. */
export type DefinitionSource = Pick<IndexSource, "definitionSha256" | "learnt">;

/**
 * Finds a definition by the checksum of its bundle. One that needs what its run learnt receives it in each call, and fits a
 * partition that was not in the run by it.
 */
export type Definitions = (source: DefinitionSource) => Promise<AnyModelDefinition>;

/** Returns the definitions of a stage. Each is read once and kept, because it never changes. */
export function definitionsOf({ stage }: Pick<WorkerEngine, "stage">): Definitions {
  const definitions = remember(async (sha256) => {
    const path = stagePath.definition(sha256);
    return loadDefinition(await stage.get(path), sha256, path);
  });
  const bound = remember(async (named) => {
    const { definitionSha256, learnt } = JSON.parse(named) as Required<DefinitionSource>;
    const definition = await definitions(definitionSha256);
    if (definition.needsLearnt !== true) return definition;
    const bytes = await getVerified(stage, learnt.path, learnt.sha256, "the run learnt; its checksum differs");
    return withLearnt(definition, deepFreeze(parseJson<PlainData>(bytes, learnt.path)));
  });
  return ({ definitionSha256, learnt }) =>
    learnt === undefined ? definitions(definitionSha256) : bound(JSON.stringify({ definitionSha256, learnt }));
}

/** Returns a definition that receives what its run learnt in each call. Its fit is completed by that. */
function withLearnt(definition: AnyModelDefinition, learnt: PlainData): AnyModelDefinition {
  const { predict, update, complete } = definition;
  // A context may have properties that are only computed when they are read, so it is not copied.
  return {
    ...definition,
    ...(complete !== undefined && {
      fit: async (context) => {
        const { model, info = null } = await definition.fit(context);
        return complete({ ...context, model, info: JSON.parse(JSON.stringify(info)), learnt });
      },
    }),
    ...(predict !== undefined && { predict: (context) => predict(Object.assign(context, { learnt })) }),
    ...(update !== undefined && { update: (context) => update(Object.assign(context, { learnt })) }),
  };
}
