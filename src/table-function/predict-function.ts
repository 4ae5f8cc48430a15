import type { ColumnInfo } from "../core/columns/column.ts";
import { deepFreeze } from "../core/columns/plain-data.ts";
import type { RowRange } from "../core/columns/row-range.ts";
import { decodeKey } from "../core/partition-key.ts";
import { levelsToAsk } from "../core/quantile.ts";
import type { AnyModelDefinition } from "../model/define-model.ts";
import { frame } from "../model/frame.ts";
import { type FingerprintedPlan, fingerprintOf } from "../work/fingerprint.ts";
import { ForecastRows, forecastColumns } from "../work/forecast-rows.ts";
import { scorePartitionNow } from "../work/score-partition.ts";
import type { CompletePartition, PartitionCompletion } from "./complete-partition.ts";
import { type FunctionValue, toBatch, valuesOfRow } from "./function-rows.ts";

/** The plan of a batch, which the function gets with each partition. */
export interface PredictPlan extends FingerprintedPlan {
  readonly keyArg: string;
  /** Columns of the input: the arguments `C0`… */
  readonly input: readonly ColumnInfo[];
  /** The rules by which rows of the input are completed; left out where they are used as they are. */
  readonly completion?: PartitionCompletion;
  /** Columns of the table of the future, the arguments `F0`…; null without one. */
  readonly future: readonly ColumnInfo[] | null;
  /** Rules that complete rows of the future, if any. */
  readonly futureCompletion?: PartitionCompletion;
}

/**
 * A row as the function receives it: of a partition first its model (`KIND` 0, with the plan, and what is known of its rows
 * in the last batch), then its rows of the input (1), then those of the future (2).
 */
export interface PredictRow {
  readonly P: number;
  readonly KIND: number;
  readonly PLAN?: string;
  readonly PARTITION_KEY?: string;
  readonly MODEL?: string;
  readonly LAST_TS?: string;
  readonly SERIES_INTERVAL?: string;
  readonly SEED?: number;
  readonly KNOWN?: string;
  readonly KNOWN_STATUS?: string;
  readonly [column: string]: FunctionValue;
}

/** The writer of the function's rows: the columns of the output in order, `V0`… */
export interface PredictWriter {
  writeRow(row: { readonly P: number; readonly KEPT: boolean; readonly [value: string]: FunctionValue }): void;
}

/**
 * Returns a definition's `predict` as a table function over partitions: the rows of the output that a worker would have
 * written. Of a partition whose rows of the last batch stand, one row says so.
 */
export function predictFunction(definition: AnyModelDefinition, complete: CompletePartition = (_, batch) => batch) {
  let rows: PredictRow[] = [];
  let last: { readonly text: string; readonly plan: PredictPlan } | undefined;
  const planOf = (text: string): PredictPlan => {
    if (last?.text !== text) {
      const plan = JSON.parse(text) as PredictPlan;
      last = { text, plan: { ...plan, exports: deepFreeze(plan.exports) } };
    }
    return last.plan;
  };
  const ofKind = (kind: number) => rows.filter((row) => row.KIND === kind);
  return {
    initialize(): void {
      rows = [];
    },
    processRow(row: PredictRow): void {
      rows.push(row);
    },
    finalize(writer: PredictWriter): void {
      const first = rows[0];
      if (first?.PLAN === undefined) return;
      if (first.PARTITION_KEY === undefined) throw new Error("a row with a plan has no PARTITION_KEY");
      const plan = planOf(first.PLAN);
      const { input, future, completion, futureCompletion, ...table } = plan;
      const trained = {
        key: decodeKey(first.PARTITION_KEY).key,
        model: first.MODEL ?? null,
        lastTs: first.LAST_TS ?? null,
        interval: first.SERIES_INTERVAL ?? null,
        seed: Number(first.SEED),
        errorType: null,
        errorMessage: null,
      };
      const read = toBatch(input, "C", ofKind(1));
      const planned = future === null ? undefined : toBatch(future, "F", ofKind(2));
      const regressors = completion?.query.fill?.futureTable === undefined ? undefined : planned;
      const inputRows = all(completion === undefined ? read : complete(completion, read, regressors));
      const ahead = planned && all(futureCompletion === undefined ? planned : complete(futureCompletion, planned));
      const fingerprint = plan.fingerprints ? fingerprintOf(plan, trained, inputRows, ahead) : null;
      const P = Number(first.P);
      const { KNOWN_STATUS: status } = first;
      if (fingerprint !== null && fingerprint === first.KNOWN && (status === "OK" || status === "STALE")) {
        const at = forecastColumns(table).findIndex(({ name }) => name === "STATUS");
        writer.writeRow({ P, KEPT: true, [`V${at}`]: status });
        return;
      }
      const scoring = { ...plan, definition, levels: levelsToAsk(plan.levels, plan.quantiles) };
      const data = { data: frame(inputRows.batch), ...(ahead !== undefined && { future: frame(ahead.batch) }) };
      const output = new ForecastRows(table);
      output.add(trained.key, scorePartitionNow(scoring, trained, data), fingerprint);
      const batch = output.batch();
      for (let row = 0; row < batch.length; row++)
        writer.writeRow({
          P,
          KEPT: false,
          ...Object.fromEntries(valuesOfRow(batch, row).map((value, i) => [`V${i}`, value])),
        });
    },
  };
}

const all = (batch: RowRange["batch"]): RowRange => ({ batch, start: 0, end: batch.length });
