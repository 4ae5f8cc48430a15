import type { TrainedPartition } from "../core/artifact.ts";
import type { ColumnBatch } from "../core/columns/column.ts";
import { deepFreeze } from "../core/columns/plain-data.ts";
import { type ErrorKind, ManymodelError, messageOf } from "../core/errors.ts";
import type { LeadTime } from "../core/lead-time.ts";
import type { Snapshot } from "../core/run.ts";
import { frame } from "../model/frame.ts";
import type { DefinitionSource, Definitions } from "./definitions.ts";
import { scoreFallback } from "./fallback.ts";
import { ForecastTimes } from "./forecast-times.ts";
import { type JudgedOutcome, judgePartition } from "./judge-partition.ts";
import { loadOrders } from "./load-orders.ts";
import { scoreOwned } from "./score-owned.ts";
import { NOT_TRAINED, type ScoredPartition, type ScoringPlan } from "./score-partition.ts";
import { NOTE_MS } from "./train-chunk.ts";

/** Some partitions of one source of an index to be scored alike. */
export interface ScoringJob extends Omit<ScoringPlan, "definition" | "times" | "orders">, DefinitionSource {
  /** The lead time to order over; nothing is ordered when left out. */
  readonly leadTime?: LeadTime;
  /** The training data of the version, where it does not have the partitions: the model that all partitions share forecasts them. */
  readonly newcomersTo?: Snapshot;
  /** True if newer rows are judged in place of forecasts. */
  readonly readings?: boolean;
  readonly partitions: readonly { readonly trained: TrainedPartition; readonly data: ColumnBatch }[];
}

/** Score the partitions of several jobs, whose models and data come along. */
export interface ScorePartitions {
  readonly jobs: readonly ScoringJob[];
}

/** The result of a job: an answer for each of its partitions, or the reason why nothing could be done at all. */
export type JobResult =
  | { readonly scored: readonly (ScoredPartition | JudgedOutcome)[] }
  | { readonly failed: { readonly kind: ErrorKind; readonly message: string } };

/**
 * Scores the partitions of some jobs, one after another. What is wrong with one job, such as a definition that was
 * changed, leaves the others alone.
 *
 * @param note - told that the first partition was come to, and now and then another
 */
export async function scorePartitions(
  { jobs }: ScorePartitions,
  definitions: Definitions,
  clock: () => number,
  note: (message: unknown) => void,
): Promise<JobResult[]> {
  const results: JobResult[] = [];
  const times = new ForecastTimes();
  let noted = -Infinity;
  for (const job of jobs) {
    try {
      const definition = await definitions(job);
      const orders = await loadOrders(job.leadTime);
      const plan = { ...job, ...orders, definition, times, exports: deepFreeze(job.exports) };
      const scored: (ScoredPartition | JudgedOutcome)[] = [];
      for (const { trained, data } of job.partitions) {
        if (clock() - noted > NOTE_MS) {
          noted = clock();
          note("next");
        }
        if (job.newcomersTo !== undefined) {
          const rows = { key: trained.key, batch: data, start: 0, end: data.length };
          const stage = { snapshot: job.newcomersTo, definitions };
          scored.push(await scoreFallback(job, stage, { shared: job }, rows, NOT_TRAINED));
          continue;
        }
        if (job.readings) {
          scored.push(await judgePartition(plan, trained, frame(data)));
          continue;
        }
        scored.push(
          plan.definition.scores === "rows" && data.length === 0
            ? NO_ROWS
            : await scoreOwned(plan, trained, { data: frame(data) }),
        );
      }
      results.push({ scored });
    } catch (error) {
      const kind = error instanceof ManymodelError ? error.kind : "internal";
      results.push({ failed: { kind, message: messageOf(error) } });
    }
  }
  return results;
}

const NO_ROWS: ScoredPartition = {
  status: "ERROR",
  errorType: "predict-error",
  errorMessage: "this model scores rows; give the rows to score",
};
