import { at } from "../core/aligned.ts";
import type { IndexedSegment, IndexSource, PartitionOutcome, TaskFile } from "../core/artifact.ts";
import { deepFreeze, type PlainData, whyNotPlain } from "../core/columns/plain-data.ts";
import { type RowRange, rowRanges } from "../core/columns/row-range.ts";
import { ManymodelError, messageOf } from "../core/errors.ts";
import type { RunManifest } from "../core/run.ts";
import { stagePath } from "../core/stage-path.ts";
import type { AnyModelDefinition, FitContext, LearnRow } from "../model/define-model.ts";
import { decidePeriod } from "../model/series-period.ts";
import type { Engine } from "../ports/engine.ts";
import { segmentRows } from "../runs/read-index.ts";
import { checksum } from "../stages/checksum.ts";
import { putJson } from "../stages/json.ts";
import { getSealed } from "../stages/sealed.ts";
import { definitionsOf } from "../work/definitions.ts";
import { putOutcomes } from "../work/train-chunk.ts";
import {
  type GrowingOutcome,
  type PreparedPartition,
  preparePartition,
  takeFailure,
  takeFit,
} from "../work/train-partition.ts";

/** A file of what a run learnt, and the segments of its completed models. */
export interface LearntRun {
  readonly learnt: NonNullable<IndexSource["learnt"]>;
  readonly segments: readonly IndexedSegment[];
}

/**
 * Learns once what the models of a run's partitions share, and completes each of them by it. Doing it again, after a crash in the
 * middle of it, gives the same: the fitted segments stay until the run is completed, and completed ones have paths of their own.
 *
 * @param segments - the fitted segments, in the order of the plan
 * @throws {ManymodelError} `input` if the definition cannot learn
 */
export async function learnRun(
  engine: Engine,
  manifest: RunManifest,
  segments: readonly IndexedSegment[],
): Promise<LearntRun> {
  const { stage } = engine;
  const definition = await definitionsOf(engine)({ definitionSha256: manifest.definition.sha256 });
  const plan = { ...manifest, exports: deepFreeze(manifest.exports) };
  const learnt = await learn(engine, plan, definition, segments);
  const path = stagePath.learnt(manifest.runId);
  const sha256 = checksum(await putJson(stage, path, learnt));
  const completed: IndexedSegment[] = [];
  for (const segment of segments) completed.push(await completeSegment(engine, plan, definition, segment, learnt));
  const shared = definition.needsLearnt === true && { isShared: true as const };
  return { learnt: { path, sha256, ...shared }, segments: completed };
}

async function learn(
  engine: Engine,
  plan: RunManifest,
  definition: AnyModelDefinition,
  segments: readonly IndexedSegment[],
): Promise<PlainData> {
  const {
    exports,
    seed,
    runId,
    definition: { name },
  } = plan;
  async function* rowsOf(segment: IndexedSegment): AsyncGenerator<LearnRow<unknown>> {
    let ranges: Promise<RowRange[]> | undefined;
    for (const [i, { row }] of (await segmentRows(engine.stage, segment, { forScoring: false })).entries())
      if (row.outcome === "succeeded")
        yield {
          partitionKey: row.partitionKey,
          seed: row.seed,
          info: row.info === null ? null : JSON.parse(row.info),
          read: async () => {
            ranges ??= chunkRanges(engine, plan, segment);
            return contextOf(plan, definition, segment, { row, ...at(await ranges, i) }).context;
          },
        };
  }
  const partitions = {
    async *[Symbol.asyncIterator]() {
      for (const segment of segments) yield* rowsOf(segment);
    },
  };
  const failed = (why: string, cause?: unknown) =>
    new ManymodelError("input", `the model definition ${name} could not learn from run ${runId}: ${why}`, { cause });
  try {
    const learnt = await definition.learn?.({ partitions, exports, seed });
    const why = learnt === undefined ? "learn returned nothing" : whyNotPlain(learnt, "the result of learn");
    if (why !== undefined) throw failed(why);
    return deepFreeze(JSON.parse(JSON.stringify(learnt)));
  } catch (error) {
    if (error instanceof ManymodelError) throw error;
    throw failed(messageOf(error), error);
  }
}

/** Writes a segment's rows with their models completed. */
async function completeSegment(
  engine: Engine,
  plan: RunManifest,
  definition: AnyModelDefinition,
  segment: IndexedSegment,
  learnt: PlainData,
): Promise<IndexedSegment> {
  if (definition.complete === undefined || segment.succeeded === 0) return segment;
  const { stage } = engine;
  const { chunk, attempt } = segment;
  const ranges = await chunkRanges(engine, plan, segment);
  const rows: PartitionOutcome[] = [];
  for (const [i, { row }] of (await segmentRows(stage, segment)).entries()) {
    if (row.outcome !== "succeeded" || row.model === null) {
      rows.push(row);
      continue;
    }
    const { context, season } = contextOf(plan, definition, segment, { row, ...at(ranges, i) });
    const completed: GrowingOutcome = { ...row };
    try {
      const model = JSON.parse(row.model) as object;
      const info = row.info === null ? null : JSON.parse(row.info);
      takeFit(completed, await definition.complete({ ...context, model, info, learnt }), context, season);
    } catch (error) {
      Object.assign(completed, { outcome: "failed", modelKind: null, model: null });
      Object.assign(completed, { metrics: null, forecast: null, info: null });
      takeFailure(completed, error);
    }
    rows.push(completed);
  }
  // One past the attempt that fitted them, as the segment of a chunk that has none: no worker writes there.
  return { ...segment, ...(await putOutcomes(stage, plan, { chunk, attempt: attempt + 1 }, rows)) };
}

/** Reads the rows of a segment's partitions, as they were pinned. */
async function chunkRanges(
  { stage, source }: Engine,
  { runId, snapshot }: RunManifest,
  { chunk }: IndexedSegment,
): Promise<RowRange[]> {
  const task = await getSealed<TaskFile>(stage, stagePath.task(runId, chunk));
  return rowRanges(await source.read(snapshot, task.ordinals));
}

/** Returns what `fit` received of a partition that has a model, and the period that was decided for it. */
function contextOf(
  plan: RunManifest,
  definition: AnyModelDefinition,
  { path }: IndexedSegment,
  { row: { position, partitionKey, attempt }, ...range }: RowRange & { readonly row: PartitionOutcome },
): PreparedPartition & { readonly context: FitContext<object, unknown> } {
  const partition = { position, partitionKey, ...range };
  const { context, ...prepared } = preparePartition(plan, partition, attempt, definition, decidePeriod);
  if (context === undefined) throw new ManymodelError("corrupt", `${path}: ${partitionKey} has a model of no rows`);
  return { ...prepared, context };
}
