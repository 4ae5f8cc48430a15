import { zip } from "../core/aligned.ts";
import { rowRanges } from "../core/columns/row-range.ts";
import { ManymodelError, messageOf } from "../core/errors.ts";
import { decodeKey } from "../core/partition-key.ts";
import { isActive } from "../core/run.ts";
import type { AnyModelDefinition } from "../model/define-model.ts";
import type { Engine } from "../ports/engine.ts";
import type { PredictedStatus, TableFunctions } from "../ports/table-functions.ts";
import { changesRows } from "../work/complete-source.ts";
import { definitionsOf } from "../work/definitions.ts";
import { forecastColumns } from "../work/forecast-rows.ts";
import type { Problem, ScoredPartition } from "../work/score-partition.ts";
import type { ScoreSegment } from "../work/score-task.ts";
import { PartOfBatch, type ScoredPart } from "../work/scored-part.ts";
import { completionOf } from "./compile-function.ts";
import type { PredictPlan } from "./predict-function.ts";
import { splitStatement } from "./split-statement.ts";

/**
 * Scores those partitions of the input that one segment has models for by a table function, which writes their rows: neither
 * models nor forecasts come here. What has no model, or ended the function's statement, gets its rows from here.
 */
export async function scoreByFunction(
  engine: Pick<Engine, "source" | "output" | "stage">,
  functions: TableFunctions,
  definition: AnyModelDefinition,
  body: string,
  task: ScoreSegment,
): Promise<ScoredPart> {
  const { runId, segment, snapshot, future, outputTable, fallback, kept } = task;
  const stored = await functions.stored(runId, segment);
  if (stored.length !== segment.rows)
    throw new ManymodelError(
      "conflict",
      `the model store has ${stored.length} of the ${segment.rows} partitions of ${segment.path}; make the index again: manymodel index ${runId}`,
    );
  const keys = stored.map(({ partitionKey }) => decodeKey(partitionKey).key);
  const places = await engine.source.locate(snapshot, keys);
  const ahead = future === null ? undefined : await engine.source.locate(future, keys);
  const requests = Array.from(zip(zip(stored, keys), places), ([[partition, key], ordinal], i) => ({
    ...partition,
    key,
    ordinal,
    future: ahead?.[i] ?? -1,
  })).filter(({ ordinal }) => isActive(snapshot, ordinal));
  const [modelled, modelless] = [requests.filter((one) => one.hasModel), requests.filter((one) => !one.hasModel)];
  const output = new PartOfBatch(task, { definition, definitions: definitionsOf(engine) }, modelless.length);
  const part = await functions.openPart({
    body,
    plan: JSON.stringify(planOf(task)),
    runId,
    segment,
    snapshot,
    future,
    outputTable,
    columns: forecastColumns(task),
    kept: kept?.owner ?? null,
  });
  try {
    const failed = await splitStatement(modelled, (some) => part.predict(some));
    const statuses: ReadonlyMap<number, PredictedStatus> = modelled.length === 0 ? new Map() : await part.statuses();
    for (const partition of modelled) {
      const entry = statuses.get(partition.ordinal);
      const error = failed.get(partition) ?? "the table function returned nothing for it";
      if (entry === undefined)
        output.add(partition.key, { status: "ERROR", errorType: "predict-error", errorMessage: messageOf(error) });
      else if (entry.kept) output.keep(partition.partitionKey, entry.status as ScoredPartition["status"]);
      else output.count(entry.status as ScoredPartition["status"], entry.shortened);
    }
    const ordinals = modelless.map(({ ordinal }) => ordinal);
    const input = fallback === null ? undefined : rowRanges(await engine.source.read(snapshot, ordinals));
    for (const [i, { key, ...why }] of modelless.entries())
      await output.addWithoutModel(key, why as Problem, input?.[i]);
    const isWritten = [...statuses.values()].some((status) => !status.kept);
    const written = isWritten ? [await part.store()] : [];
    return await output.write(
      engine,
      Int32Array.from(requests, ({ ordinal }) => ordinal),
      written,
    );
  } finally {
    await part.drop();
  }
}

/** Returns the plan of the batch for the function. */
function planOf(task: ScoreSegment): PredictPlan {
  const { model, version, keyColumns, time, levels, quantiles, fingerprints, horizon, advance, snapshot, future } =
    task;
  const { packageVersion, definitionSha256, exports, keyArg, output } = task;
  return {
    model,
    version,
    keyColumns,
    time,
    levels,
    quantiles,
    fingerprints,
    horizon,
    advance,
    packageVersion,
    definitionSha256,
    exports,
    keyArg,
    ...(output !== undefined && { output }),
    input: snapshot.columns,
    ...(changesRows(snapshot) && { completion: completionOf(snapshot) }),
    future: future?.columns ?? null,
    ...(future !== null && changesRows(future) && { futureCompletion: completionOf(future) }),
  };
}
