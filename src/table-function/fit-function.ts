import { deepFreeze } from "../core/columns/plain-data.ts";
import { isThenable } from "../core/thenable.ts";
import type { AnyModelDefinition } from "../model/define-model.ts";
import type { DecidePeriod } from "../model/series-period.ts";
import { preparePartition, type TrainingPlan, takeFailure, takeFit } from "../work/train-partition.ts";
import type { CompletePartition } from "./complete-partition.ts";
import { type FunctionValue, toBatch } from "./function-rows.ts";

/** A row as a table function receives it: arguments in capitals; NULL is undefined. */
export interface FunctionRow {
  readonly PARTITION_KEY: string;
  readonly [column: string]: FunctionValue;
}

/** The writer of a table function's rows. */
export interface RowWriter {
  writeRow(row: { readonly P: number; readonly OUTCOME: string }): void;
}

/**
 * Returns a definition's `fit` as a table function over partitions: rows are collected, and the partition's outcome is
 * written at its end, as JSON. Nothing that a body throws gets out: it would end the whole statement.
 */
export function fitFunction(
  definition: AnyModelDefinition,
  training: TrainingPlan,
  complete: CompletePartition = (_, batch) => batch,
  decide?: DecidePeriod,
) {
  const plan = { ...training, exports: deepFreeze(training.exports) };
  const { columns } = plan.snapshot;
  let rows: FunctionRow[] = [];
  return {
    initialize(): void {
      rows = [];
    },
    processRow(row: FunctionRow): void {
      rows.push(row);
    },
    finalize(writer: RowWriter): void {
      const [first] = rows;
      if (first === undefined) return;
      const { PARTITION_KEY: partitionKey, P } = first;
      const batch = complete(plan.snapshot, toBatch(columns, "C", rows));
      // The position and the attempt are the caller's to say.
      const partition = { position: 0, partitionKey, batch, start: 0, end: batch.length };
      const { row, context, season } = preparePartition(plan, partition, 0, definition, decide);
      if (context !== undefined) {
        const began = Date.now();
        try {
          const returned: unknown = definition.fit(context);
          if (isThenable(returned))
            throw new Error(
              "the body is asynchronous, which a table function cannot run; set snowflake.compute: service or client",
            );
          takeFit(row, returned, context, season);
        } catch (error) {
          takeFailure(row, error);
        }
        row.fitMs = Date.now() - began;
      }
      const { key: _, ...written } = row;
      writer.writeRow({ P: Number(P), OUTCOME: JSON.stringify(written) });
    },
  };
}
