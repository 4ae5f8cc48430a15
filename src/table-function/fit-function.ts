import type { Column, ColumnBatch, ColumnType } from "../core/column.ts";
import type { AnyModelDefinition } from "../model/define-model.ts";
import { preparePartition, type TrainingPlan, takeFailure, takeFit } from "../pipeline/train-partition.ts";

/** A row as a table function receives it: arguments in capitals; NULL is undefined. */
export interface FunctionRow {
  readonly PARTITION_KEY: string;
  readonly [column: string]: number | string | boolean | undefined;
}

/** Where a table function writes its rows. */
export interface RowWriter {
  writeRow(row: { readonly P: number; readonly OUTCOME: string }): void;
}

/**
 * A definition's `fit` as a table function over partitions: rows are collected, and the partition's outcome is written at
 * its end, as JSON. Nothing that a body throws gets out: it would end the whole statement.
 */
export function fitFunction(definition: AnyModelDefinition, plan: TrainingPlan) {
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
      if (rows.length === 0) return;
      const { PARTITION_KEY: partitionKey, P } = rows[0]!;
      const data = columns.map(({ name, type }, c): [string, Column] => [
        name,
        column(
          type,
          rows.map((row) => row[`C${c}`]),
        ),
      ]);
      const batch: ColumnBatch = { length: rows.length, columns: Object.fromEntries(data) };
      // The position and the attempt are the caller's to say.
      const { row, context } = preparePartition(
        plan,
        batch,
        { position: 0, partitionKey, start: 0, end: rows.length },
        0,
      );
      if (context !== undefined) {
        const began = Date.now();
        try {
          const returned: unknown = definition.fit(context);
          if (typeof (returned as { then?: unknown } | null)?.then === "function")
            throw new Error("the body is asynchronous, which a table function cannot wait for; train in another way");
          takeFit(row, returned);
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

/** Values as a column of the batch; integers of a source are read as numbers. */
function column(type: ColumnType, values: readonly unknown[]): Column {
  if (type === "string") return { type, values: values.map((value) => (value === undefined ? null : String(value))) };
  if (type === "boolean")
    return { type, values: Uint8Array.from(values, (value) => (value === undefined ? 2 : Number(value))) };
  const numbers = Float64Array.from(values, (value) => (value === undefined ? NaN : Number(value)));
  return { type: type === "integer" ? "number" : type, values: numbers };
}
