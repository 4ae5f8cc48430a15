import { ManymodelError } from "../../core/errors.ts";
import { checkLeadTime } from "../../core/lead-time.ts";
import { checkLevels } from "../../core/quantile.ts";
import type { DataQuery } from "../../core/run.ts";
import type { PartitionSource } from "../../inspect/partition-series.ts";
import { completedRun } from "../../runs/read-index.ts";
import { rowsOf, tablePath, type Workspace } from "../workspace.ts";

/** Options of a source of partitions. The configuration has everything left out. */
export interface PartitionSourceOptions {
  /** A completed run, registered or not; the default version of the model when left out. */
  readonly run?: string;
  readonly model?: string;
  /** A version, or an alias of one. */
  readonly version?: string;
  /** The table of the forecast's input data, as in a batch. */
  readonly input?: string;
  /**
   * A table or file of values known ahead, in place of `batch.future_table`. Use it for questions such as: what if the
   * promotion were a week later?
   */
  readonly future?: string;
  readonly horizon?: number;
  readonly levels?: readonly number[];
  /**
   * Number of steps until an order arrives, or the input's column with that number; `batch.lead_time` when left out.
   */
  readonly leadTime?: number | string;
  /**
   * The probability that the demand over the lead time does not exceed the order-up-to level; `batch.service_level`
   * when left out.
   */
  readonly serviceLevel?: number;
}

/** Resolves options and configuration to a source of partitions. @throws {ManymodelError} `not-found` */
export async function partitionSource(
  workspace: Workspace,
  options: PartitionSourceOptions = {},
): Promise<PartitionSource> {
  const { batch, register, source, train } = workspace.config;
  const future = options.future ?? batch.future_table;
  const version =
    options.run === undefined
      ? await workspace.models.get(options.model ?? register.model, options.version)
      : undefined;
  const { runId, manifest, index } = await completedRun(workspace.engine, options.run ?? version!.runId);
  if (version === undefined && !manifest.definition.predicts)
    throw new ManymodelError("usage", `the definition of run ${runId} has no predict(), so it cannot forecast`);
  const trained = manifest.snapshot.query;
  const table = options.input ?? batch.input_table ?? source?.table;
  const { select: _, where: __, ...rules } = trained;
  const { zone } = manifest.snapshot;
  const query = { ...rules, ...(zone !== undefined && { zone }) };
  const input: DataQuery =
    table === undefined ? { ...trained, ...query } : { ...query, ...rowsOf(workspace, table, trained) };
  const horizon = options.horizon ?? batch.horizon ?? version?.horizon ?? train.horizon;
  const steps = options.leadTime ?? batch.lead_time;
  const leadTime =
    steps === undefined ? undefined : { steps, serviceLevel: options.serviceLevel ?? batch.service_level };
  if (leadTime !== undefined) checkLeadTime(leadTime, horizon);
  return {
    name: version === undefined ? `run ${runId}` : `${version.model} ${version.version}`,
    runId,
    index: version?.index ?? index,
    input,
    horizon,
    ...(leadTime !== undefined && { leadTime }),
    levels: checkLevels(options.levels ?? batch.levels),
    advance: batch.advance,
    missingModel: batch.missing_model,
    ...(future !== undefined && { futureTable: tablePath(workspace, future) }),
    ...(source?.target !== undefined && { target: source.target }),
    ...(source?.period !== undefined && { period: source.period }),
  };
}
