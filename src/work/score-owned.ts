import type { TrainedPartition } from "../core/artifact.ts";
import { messageOf, show } from "../core/errors.ts";
import { type ScoredPartition, type ScoringData, type ScoringPlan, scorePartition } from "./score-partition.ts";
import { ownErrors } from "./stray-errors.ts";

/**
 * Scores one partition in a worker. An error that its definition leaves to nobody is its own as long as it is scored.
 * Afterwards the error is printed, and changes no answer.
 */
export function scoreOwned(
  plan: ScoringPlan,
  partition: TrainedPartition,
  data: ScoringData,
): ScoredPartition | Promise<ScoredPartition> {
  const scored = ownErrors(() => scorePartition(plan, partition, data), {
    takeError: (error) => {
      process.stderr.write(
        `an error that predict left behind for partition ${show(partition.key)}: ${messageOf(error)}\n`,
      );
    },
  });
  if (!(scored instanceof Promise)) return scored;
  return scored.catch((error: unknown) => {
    return { status: "ERROR", errorType: "predict-error", errorMessage: messageOf(error) };
  });
}
