import { ManymodelError } from "../core/errors.ts";
import type { PlainData } from "../core/plain-data.ts";
import { checkCount, type IndexSummary, type RunManifest } from "../core/run.ts";
import type { ModelDefinition } from "../model/define-model.ts";
import { type Estimate, estimateRun } from "../pipeline/estimate.ts";
import { train } from "../pipeline/train.ts";
import { during } from "../ports/activity.ts";
import { type ChangedSummary, trainChanged } from "../registry/train-changed.ts";
import type { DoparOptions } from "./dopar-options.ts";
import { trainOnFleet } from "./fleet-run.ts";
import { openFleet } from "./open-fleet.ts";
import { runSpec } from "./run-spec.ts";
import type { Keys, Workspace } from "./workspace.ts";

/** A completed run. */
export interface Run {
  readonly runId: string;
  readonly manifest: RunManifest;
  readonly index: IndexSummary;
  /** With `changedSince`: what of it is new. */
  readonly changed?: ChangedSummary;
}

/** A loop over partition keys, waiting for its body. */
export interface Loop {
  /**
   * Trains one model per partition with a model definition, in parallel, and keeps every model. Resolves when every
   * partition has exactly one row: a model, or the reason why there is none.
   *
   * @typeParam Definition - the type of the definition's default export, to have `exports` checked against it
   * @param definition - the module (TypeScript or JavaScript) whose default export is the definition
   * @throws {ManymodelError} if the definition cannot be bundled, the data not be read, or the run id is taken
   */
  dopar<Definition = ModelDefinition<object, { readonly [name: string]: PlainData }, object>>(
    definition: URL | string,
    options?: DoparOptions<Definition extends ModelDefinition<infer _, infer Exports, infer _> ? Exports : never>,
  ): Promise<Run>;
  /**
   * Trains a sample of the partitions, keeps nothing of it, and says what the whole run will take.
   *
   * @param sampleSize - how many partitions; default 20
   */
  plan(definition: URL | string, options?: DoparOptions, sampleSize?: number): Promise<Estimate>;
}

/** Partitions that `plan` trains when it is not told how many. */
const SAMPLE_SIZE = 20;

/** The loop over the keys given, or over every partition of the source. */
export function createLoop(workspace: Workspace, keyArg: string, keys: Keys | undefined): Loop {
  return {
    dopar: async (definition, options = {}) => {
      const { changedSince: since, fleet } = options;
      if (since && fleet !== undefined)
        throw new ManymodelError("usage", "a fleet trains whole runs; leave out changedSince, or the fleet");
      if (since !== undefined && keys !== undefined)
        throw new ManymodelError("usage", "changedSince looks at every partition of the source; use foreachPartition");
      const { spec, context } = await runSpec(workspace, keyArg, keys, definition, options);
      const run = since
        ? await during({ phase: "plan", run: spec.runId }, () => trainChanged(workspace.engine, spec, since, context))
        : fleet === undefined
          ? await train(workspace.engine, spec, context)
          : await trainOnFleet(workspace, await openFleet(workspace, fleet), spec, context);
      const { runId, partitions } = run.manifest;
      const all = { since: null, trained: partitions, carried: 0, why: "there is no earlier run" };
      return { runId, ...(since === null && { changed: all }), ...run };
    },
    plan: async (definition, options = {}, sampleSize = SAMPLE_SIZE) => {
      checkCount("sample", sampleSize);
      const { spec, context } = await runSpec(workspace, keyArg, keys, definition, options);
      const pricePerCpuHour = workspace.config.cost?.cpu_hour ?? null;
      return estimateRun(workspace.engine, spec, context, { sampleSize, pricePerCpuHour });
    },
  };
}
