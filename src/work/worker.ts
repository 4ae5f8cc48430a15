import { zip } from "../core/aligned.ts";
import type { PartitionOutcome } from "../core/artifact.ts";
import { deepFreeze } from "../core/columns/plain-data.ts";
import type { RunManifest } from "../core/run.ts";
import { stagePath } from "../core/stage-path.ts";
import type { WorkerEngine } from "../ports/worker-engine.ts";
import { TrainedModels } from "../runs/trained-models.ts";
import { getVerified } from "../stages/checksum.ts";
import { parseJson } from "../stages/json.ts";
import { type DefinitionSource, definitionsOf } from "./definitions.ts";
import { type FindUnchanged, findUnchanged } from "./find-unchanged.ts";
import { type JudgeSegment, judgeSegment } from "./judge-segment.ts";
import { remember } from "./remember.ts";
import { type TakeSample, takeSample } from "./sample.ts";
import { type ScorePartitions, scorePartitions } from "./score-partitions.ts";
import { type KnownFingerprints, scoreMissing, scoreSegment } from "./score-segment.ts";
import type { KeptBatch, ScoreMissing, ScoreSegment } from "./score-task.ts";
import { type TakeScored, takeScored } from "./take-scored.ts";
import { putOutcomes, type TrainingNote, trainChunk } from "./train-chunk.ts";
import { type TrainOne, trainOne } from "./train-one.ts";

/** A run, whose manifest on the stage must be the one that the catalog has. */
interface OfRun {
  readonly run: string;
  readonly manifestSha256: string;
}

/** A request to a worker. */
export type WorkerRequest =
  | ({ readonly type: "train"; readonly chunk: number; readonly attempt: number } & OfRun)
  | ({ readonly type: "train-one" } & TrainOne & OfRun)
  | ({
      readonly type: "keep";
      readonly chunk: number;
      readonly attempt: number;
      readonly rows: readonly PartitionOutcome[];
    } & OfRun)
  | ({ readonly type: "sample" } & TakeSample)
  | ({ readonly type: "find-unchanged" } & FindUnchanged)
  | ({ readonly type: "judge-segment" } & JudgeSegment)
  | ({ readonly type: "score-segment" } & ScoreSegment)
  | ({ readonly type: "score-missing" } & ScoreMissing)
  | ({ readonly type: "take-scored" } & TakeScored)
  | ({ readonly type: "score-partitions" } & ScorePartitions);

/** Memory for the models of the version that another one is compared with. */
const MODEL_BYTES = 64 * 1024 * 1024;

/**
 * Returns the work of a worker, wherever it runs. Manifests and definitions are read once each and kept: they never
 * change.
 */
export function createWorker(
  engine: WorkerEngine,
): (request: WorkerRequest, note: (message: unknown) => void) => Promise<unknown> {
  const definition = definitionsOf(engine);
  const manifests = remember(async (named) => {
    const { run, manifestSha256 } = JSON.parse(named) as OfRun;
    const path = stagePath.manifest(run);
    const bytes = await getVerified(engine.stage, path, manifestSha256, "the run was planned");
    const plan = parseJson<RunManifest>(bytes, path);
    return { ...plan, exports: deepFreeze(plan.exports) };
  });
  const manifest = ({ run, manifestSha256 }: OfRun) => manifests(JSON.stringify({ run, manifestSha256 }));
  const fingerprints = remember(async (named): Promise<KnownFingerprints> => {
    const { outputTable, kept } = JSON.parse(named) as { readonly outputTable: string; readonly kept: KeptBatch };
    const { columns } = await engine.output.published(outputTable, kept.owner, ["FINGERPRINT", "STATUS"]);
    const statuses = (columns.STATUS?.values as string[] | undefined) ?? [];
    const values = (columns.FINGERPRINT?.values as string[] | undefined) ?? [];
    return new Map(zip(values, statuses)) as KnownFingerprints;
  });
  const models = new TrainedModels(engine.stage, MODEL_BYTES);
  const clock = () => performance.now();
  const training = async (request: OfRun & { readonly attempt: number }, note: (message: TrainingNote) => void) => {
    const plan = await manifest(request);
    return {
      plan,
      definition: await definition({ definitionSha256: plan.definition.sha256 }),
      attempt: request.attempt,
      clock,
      note,
    };
  };
  const scorers = async (source: DefinitionSource) => ({
    definition: await definition(source),
    definitions: definition,
  });
  return async (request, note) => {
    switch (request.type) {
      case "train":
        return trainChunk(engine, await training(request, note), request.chunk);
      case "train-one":
        return trainOne(engine, await training(request, note), request);
      case "keep":
        return putOutcomes(engine.stage, await manifest(request), request, request.rows);
      case "sample":
        return takeSample(engine, await definition(request), request, clock);
      case "find-unchanged":
        return findUnchanged(engine, request);
      case "judge-segment":
        return judgeSegment({ engine, definitions: definition, models, clock }, request);
      case "score-segment":
        return scoreSegment(
          engine,
          await scorers(request),
          { ...request, exports: deepFreeze(request.exports) },
          (batch) => fingerprints(JSON.stringify({ outputTable: request.outputTable, kept: batch })),
        );
      case "score-missing":
        return scoreMissing(engine, await scorers(request), request);
      case "take-scored":
        return takeScored(engine, await scorers(request), request);
      case "score-partitions":
        return scorePartitions(request, definition, clock, note);
    }
  };
}
