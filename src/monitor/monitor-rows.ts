import { benjaminiHochberg, calibrate, type FeatureValues, type VerdictName } from "@manymodel/forecast/monitoring";
import { highMedian } from "@manymodel/forecast/stats";
import { at, zip } from "../core/aligned.ts";
import type { PartitionOutcome } from "../core/artifact.ts";
import { matchColumn } from "../core/columns/column.ts";
import { rowRanges } from "../core/columns/row-range.ts";
import { ManymodelError, show } from "../core/errors.ts";
import type { PartitionKey } from "../core/partition-key.ts";
import type { RunManifest, Snapshot, SourceRows } from "../core/run.ts";
import { stagePath } from "../core/stage-path.ts";
import { columnType, numericColumn, textColumn } from "../model/builtin/row-features.ts";
import { type Frame, frame } from "../model/frame.ts";
import { prepareOutput } from "../pipeline/prepare-output.ts";
import { checkKeyTypes } from "../pipeline/score-batch.ts";
import type { Engine } from "../ports/engine.ts";
import type { TablePart } from "../ports/output.ts";
import type { Source } from "../ports/source.ts";
import { readIndex, segmentRows } from "../runs/read-index.ts";
import type { RunContext } from "../runs/run-context.ts";
import { checksum } from "../stages/checksum.ts";
import { getJson } from "../stages/json.ts";
import { type JudgedMeasure, MEASURES, measureBatch, measureColumns } from "./measure-table.ts";
import { type MonitorSpec, type MonitorSummary, summed, UNKNOWN } from "./monitor-version.ts";
import { type JudgedRows, rowMeasures } from "./row-measures.ts";
import { type PartitionStatus, STATUS, statusBatch, statusColumns } from "./status.ts";
import { OverrideErrors } from "./value-added.ts";

/** Options of `monitorRows`. */
export interface RowMonitorSpec extends Omit<MonitorSpec, "ledgerTable"> {
  readonly measuresTable: string;
  /** The rows that are scored now, whose features are compared with those of training. */
  readonly input: SourceRows;
  readonly features: readonly string[];
  /** True for a target of several classes, whose likeliest one the predictions name. */
  readonly hasClasses: boolean;
}

/** The result of monitoring a model of rows. */
export interface RowMonitorSummary extends MonitorSummary {
  readonly measuresTable: string;
  /** The measures of every partition, including those that drift. */
  readonly measures: readonly JudgedMeasure[];
  readonly overview: readonly MeasureOverview[];
}

/** A measure over all partitions. */
interface MeasureOverview {
  /** `auc`, …, or `psi of` a feature. */
  readonly measure: string;
  /** Medians; NaN where no partition has a value. */
  readonly value: number;
  readonly reference: number;
  /** Partitions that drift, and those that are watched, by this measure. */
  readonly drift: number;
  readonly watch: number;
}

/** Partitions whose rows are in memory at a time. */
const BLOCK = 200;
const ROWS_PER_PART = 100_000;

/** The pinned tables of a monitoring run. */
interface RowSources {
  readonly training: Snapshot;
  readonly input: Snapshot;
  /** Undefined where nothing says which outcome a prediction is of: the run had no `order_by`. */
  readonly outcomes:
    | {
        /** The column of `order_by`, as the outcomes and as the predictions have it. */
        readonly id: string;
        readonly predictedId: string;
        readonly target: string;
        readonly forecasts: Snapshot;
        readonly actuals: Snapshot;
      }
    | undefined;
}

/**
 * Judges the models of rows of a version: probabilities, or numbers, against the outcomes that are known by now (joined by
 * the key and the column of `order_by`), and each feature's distribution against that of training. Writes a verdict for each
 * partition and all measures.
 *
 * A measure drifts where the difference is large and would be found by chance in less than `falseDiscoveryRate` of what is
 * found; half of that is watched.
 *
 * @throws {ManymodelError} naming the table or column that is missing
 */
export async function monitorRows(
  engine: Engine,
  spec: RowMonitorSpec,
  { now, onProgress }: Pick<RunContext, "now" | "onProgress">,
): Promise<RowMonitorSummary> {
  const { source, output, stage } = engine;
  const { version, thresholds, statusTable, measuresTable } = spec;
  const { keyColumns } = version;
  const trained = await getJson<RunManifest>(stage, stagePath.manifest(version.runId));
  const index = await readIndex(stage, version.index, `${version.model} ${version.version} was registered`);
  const sources = await openRowSources(source, trained, spec);
  const table = { keyColumns, time: { name: "SINCE", type: "timestamp" as const }, levels: [] };
  const inputs = [spec.forecasts, spec.actuals.table, spec.input.table];
  await prepareOutput(engine, statusTable, statusColumns(table), [...inputs, measuresTable], STATUS);
  await prepareOutput(engine, measuresTable, measureColumns(keyColumns), [...inputs, statusTable], MEASURES);

  const measured: (Omit<JudgedMeasure, "verdict"> & { readonly isEnough: boolean })[] = [];
  const partitions: {
    readonly partitionKey: string;
    readonly run: string;
    readonly hasModel: boolean;
    readonly n: number;
  }[] = [];
  for (const segment of index.segments) {
    const rows = await segmentRows(stage, segment, { summary: true });
    for (let from = 0; from < rows.length; from += BLOCK) {
      const block = rows.slice(from, from + BLOCK).map(({ row }) => row);
      const read = await readRows(source, sources, spec, block);
      for (const [row, judged] of zip(block, read)) {
        const registered = JSON.parse(row.metrics ?? "{}");
        const measures = row.outcome === "succeeded" ? rowMeasures({ ...judged, registered }) : [];
        for (const measure of measures)
          measured.push({
            ...measure,
            partitionKey: row.partitionKey,
            isEnough: measure.n >= thresholds.minObservations,
          });
        const { partitionKey } = row;
        partitions.push({
          partitionKey,
          run: version.runId,
          hasModel: row.outcome === "succeeded",
          n: judged.actual.length,
        });
      }
      onProgress({ total: index.partitions, done: partitions.length, failed: 0 });
    }
  }
  const adjusted = benjaminiHochberg(Float64Array.from(measured, ({ isEnough, p }) => (isEnough ? p : NaN)));
  const measures = Array.from(zip(measured, adjusted), ([{ isEnough, ...measure }, p]): JudgedMeasure => {
    const isFound = p <= thresholds.falseDiscoveryRate;
    const { severity } = measure;
    const size = !isFound || severity < 0.5 ? "ok" : severity < 1 ? "watch" : "drift";
    return { ...measure, p, verdict: Number.isNaN(severity) ? null : isEnough && !Number.isNaN(p) ? size : "no-data" };
  });
  const byPartition = new Map<string, JudgedMeasure[]>();
  for (const measure of measures) {
    const others = byPartition.get(measure.partitionKey);
    if (others === undefined) byPartition.set(measure.partitionKey, [measure]);
    else others.push(measure);
  }
  const statuses = partitions.map(({ partitionKey, run, hasModel, n }): PartitionStatus => {
    return statusOf({ partitionKey, run, n }, hasModel ? (byPartition.get(partitionKey) ?? []) : undefined);
  });

  const parts: TablePart[] = [];
  const id = checksum(
    JSON.stringify([
      version.model,
      version.version,
      sources.input.fingerprint,
      sources.outcomes?.actuals.fingerprint,
      sources.outcomes?.forecasts.fingerprint,
    ]),
  ).slice(0, 12);
  const run = { id, at: now(), model: version.model, version: version.version };
  for (let from = 0; from < measures.length; from += ROWS_PER_PART)
    parts.push(
      await output.write(measuresTable, measureBatch(keyColumns, run, measures.slice(from, from + ROWS_PER_PART))),
    );
  await output.publish(measuresTable, id, parts);
  await output.publish(statusTable, id, [await output.write(statusTable, statusBatch(table, run, statuses))]);
  return {
    monitorId: id,
    model: run.model,
    version: run.version,
    ledgerTable: measuresTable,
    statusTable,
    measuresTable,
    measures,
    overview: overviewOf(measures),
    newEntries: measures.length,
    overrides: new OverrideErrors().valueAdded,
    calibration: calibrate([]),
    ...summed(statuses, "timestamp"),
  };
}

/** Pins the rows of training, those that are scored now, and predictions with their outcomes. */
async function openRowSources(source: Source, trained: RunManifest, spec: RowMonitorSpec): Promise<RowSources> {
  const { version, forecasts: table, target, input, features, hasClasses } = spec;
  const keys = version.keyColumns.map(({ name }) => name);
  const current = await source.snapshot({ ...input, keyColumns: keys });
  checkKeyTypes(version, current);
  const names = current.columns.map(({ name }) => name);
  const missing = features.find((feature) => matchColumn(names, feature) === undefined);
  if (missing !== undefined)
    throw new ManymodelError(
      "input",
      `${input.table} has no column ${show(missing)} (features); it has ${names.join(", ")}`,
    );
  const id = trained.snapshot.timeColumn;
  if (id === null) return { training: trained.snapshot, input: current, outcomes: undefined };
  const columns = (await source.columns(table))?.map(({ name }) => name);
  if (columns === undefined)
    throw new ManymodelError("not-found", `there is no table ${show(table)} of predictions; manymodel batch writes it`);
  const predictedId = matchColumn(columns, `KEY_${id}`) ?? matchColumn(columns, id);
  if (predictedId === undefined)
    throw new ManymodelError("input", `${table} has no column ${show(id)} (order_by); it has ${columns.join(", ")}`);
  const forecasts = await source.snapshot({
    table,
    keyColumns: ["MODEL_NAME", "MODEL_VERSION", "PARTITION_KEY"],
    columns: [predictedId, "FORECAST", ...(hasClasses ? ["CLASS"] : [])],
    orderBy: [predictedId],
  });
  const actuals = await source.snapshot({ ...spec.actuals, keyColumns: keys, columns: [id, target], orderBy: [id] });
  checkKeyTypes(version, actuals);
  return { training: trained.snapshot, input: current, outcomes: { id, predictedId, target, forecasts, actuals } };
}

/** Reads what is known of some partitions: predictions with their outcomes, and features before and now. */
async function readRows(
  source: Source,
  { training, input, outcomes }: RowSources,
  { version, features, target, hasClasses }: RowMonitorSpec,
  block: readonly Pick<PartitionOutcome, "key" | "partitionKey">[],
): Promise<Omit<JudgedRows, "registered">[]> {
  const keys = block.map(({ key }) => key);
  const framesOf = async (snapshot: Snapshot, of: readonly PartitionKey[]) => {
    const read = await source.read(snapshot, Array.from(await source.locate(snapshot, of)));
    return rowRanges(read).map(({ batch, start, end }) => frame(batch, start, end));
  };
  const [before, now] = [await framesOf(training, keys), await framesOf(input, keys)];
  const compared = Array.from(zip(before, now), ([trained, current]) =>
    features.map((name) => ({ name, before: valuesOf(trained, name), now: valuesOf(current, name) })),
  );
  if (outcomes === undefined)
    return compared.map((features) => ({
      ...{ predicted: new Float64Array(0), actual: new Float64Array(0), features, hasClasses },
    }));
  const { forecasts, actuals } = outcomes;
  const named = block.map(({ partitionKey }): PartitionKey => [version.model, version.version, partitionKey]);
  const [predicted, actual] = [await framesOf(forecasts, named), await framesOf(actuals, keys)];
  return compared.map((features, i) => {
    const [predictions, observations] = [at(predicted, i), at(actual, i)];
    const textsOf = (data: Frame) => textColumn(data, target).filter((value) => value !== null);
    const classes = { name: target, before: textsOf(at(before, i)), now: textsOf(observations) };
    return {
      ...(hasClasses ? joinedClasses : joined)(outcomes, predictions, observations),
      features: hasClasses && classes.now.length > 0 ? [...features, classes] : features,
      hasClasses,
    };
  });
}

/** Predictions of rows, and what came true. */
type Pairs = Pick<JudgedRows, "predicted" | "actual">;
type Outcomes = NonNullable<RowSources["outcomes"]>;

/** Joins predictions with the outcomes of the same id. */
function joined({ id, predictedId, target }: Outcomes, predictions: Frame, observations: Frame): Pairs {
  const outcomes = byId(textColumn(observations, id), numericColumn(observations, target));
  const actual = textColumn(predictions, predictedId).map((of) => outcomes.get(of) ?? NaN);
  return knownPairs(predictions.numbers("FORECAST"), actual);
}

/** Joins the probabilities of the likeliest classes with whether they came true. */
function joinedClasses({ id, predictedId, target }: Outcomes, predictions: Frame, observations: Frame): Pairs {
  const outcomes = byId(textColumn(observations, id), textColumn(observations, target));
  const named = zip(textColumn(predictions, predictedId), textColumn(predictions, "CLASS"));
  const actual = Array.from(named, ([of, likeliest]) => {
    const outcome = outcomes.get(of) ?? null;
    return outcome === null ? NaN : Number(outcome === likeliest);
  });
  return knownPairs(predictions.numbers("FORECAST"), actual);
}

/** Returns values by id; undefined for an id that has two. */
function byId<T>(
  ids: readonly (string | null)[],
  values: Iterable<T> & ArrayLike<T>,
): Map<string | null, T | undefined> {
  const outcomes = new Map<string | null, T | undefined>();
  for (const [id, value] of zip(ids, values)) outcomes.set(id, id === null || outcomes.has(id) ? undefined : value);
  return outcomes;
}

function knownPairs(predicted: Float64Array, actual: readonly number[]): Pairs {
  const pairs = Array.from(zip(predicted, actual)).filter(([p, value]) => !Number.isNaN(p) && !Number.isNaN(value));
  return { predicted: Float64Array.from(pairs, ([p]) => p), actual: Float64Array.from(pairs, ([, value]) => value) };
}

/** Returns the values of a feature: texts and booleans as categories, everything else as numbers. */
function valuesOf(data: Frame, name: string): FeatureValues {
  const type = columnType(data, name);
  if (type === "string" || type === "boolean") return textColumn(data, name);
  return type === "date" || type === "timestamp" ? data.times(name) : data.numbers(name);
}

const nameOf = ({ metric, feature }: JudgedMeasure) => (feature === null ? metric : `${metric} of ${feature}`);

function overviewOf(measures: readonly JudgedMeasure[]): MeasureOverview[] {
  return [...new Set(measures.map(nameOf))].map((measure) => {
    const alike = measures.filter((one) => nameOf(one) === measure);
    const middle = (of: (one: JudgedMeasure) => number) =>
      highMedian(alike.map(of).filter((value) => !Number.isNaN(value))) ?? NaN;
    const count = (verdict: VerdictName) => alike.filter((one) => one.verdict === verdict).length;
    const [value, reference] = [middle((one) => one.value), middle((one) => one.reference)];
    return { measure, value, reference, drift: count("drift"), watch: count("watch") };
  });
}

/** Returns the verdict on a partition: the worst of its measures. Undefined measures: it has no model. */
function statusOf(
  { partitionKey, run, n }: Pick<PartitionStatus, "partitionKey" | "run" | "n">,
  measures: readonly JudgedMeasure[] | undefined,
): PartitionStatus {
  const of = (verdict: VerdictName) => (measures ?? []).filter((measure) => measure.verdict === verdict);
  const verdict = (["drift", "watch", "ok"] as const).find((name) => of(name).length > 0) ?? "no-data";
  const reasons = verdict === "drift" || verdict === "watch" ? of(verdict).map(nameOf) : [];
  const severities = of(verdict)
    .map(({ severity }) => severity)
    .filter((value) => !Number.isNaN(value));
  return {
    ...UNKNOWN,
    ...{ partitionKey, run, n, verdict },
    reasons: measures === undefined ? ["no-model"] : reasons,
    severity: reasons.length === 0 ? 0 : Math.max(...severities),
    coverage: [],
  };
}
