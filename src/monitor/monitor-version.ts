import {
  benjaminiHochberg,
  type Calibration,
  calibrate,
  detect,
  type Findings,
  judge,
  type Thresholds,
  type VerdictName,
} from "@manymodel/forecast/monitoring";
import { highMedian } from "@manymodel/forecast/stats";
import { at, zip } from "../core/aligned.ts";
import type { ColumnType } from "../core/columns/column.ts";
import { OverridesInForce } from "../core/override.ts";
import { decodeKey, encodeKey } from "../core/partition-key.ts";
import { hasEnded, type RunManifest } from "../core/run.ts";
import { partitionSeed } from "../core/seed.ts";
import { stagePath } from "../core/stage-path.ts";
import { formatTime } from "../model/interval.ts";
import { prepareOutput } from "../pipeline/prepare-output.ts";
import type { Engine } from "../ports/engine.ts";
import type { TablePart } from "../ports/output.ts";
import type { Source } from "../ports/source.ts";
import { getSource, readIndex, segmentRows } from "../runs/read-index.ts";
import { readOverrides } from "../runs/read-overrides.ts";
import type { RunContext } from "../runs/run-context.ts";
import { checksum } from "../stages/checksum.ts";
import { getJson } from "../stages/json.ts";
import { type Evidence, readEvidence, type WatchedPartition } from "./evidence.ts";
import { LEDGER, LedgerRows, ledgerColumns } from "./ledger.ts";
import { type PartitionStatus, STATUS, statusBatch, statusColumns } from "./status.ts";
import { OverrideErrors, type ValueAdded } from "./value-added.ts";
import { checkMet, openSources, type WatchSources, type WatchSpec } from "./watch-sources.ts";

/** Options of `monitorVersion`. */
export interface MonitorSpec extends Omit<WatchSpec, "overrides"> {
  readonly statusTable: string;
  readonly thresholds: Thresholds;
}

/** A partition that drifts. */
export interface Offender extends Pick<PartitionStatus, "partitionKey" | "reasons" | "severity" | "ratio" | "n"> {
  /** The time at which the drift began, as text; null if no CUSUM shows it. */
  readonly since: string | null;
}

/** The result of a monitoring run. */
export interface MonitorSummary {
  readonly monitorId: string;
  readonly model: string;
  readonly version: string;
  readonly ledgerTable: string;
  readonly statusTable: string;
  readonly partitions: number;
  readonly verdicts: Readonly<Record<VerdictName, number>>;
  /** Number of entries that this run added to the ledger. */
  readonly newEntries: number;
  /** The number of partitions with each reason, by verdict. */
  readonly reasons: Readonly<Record<string, number>>;
  readonly calibration: Calibration;
  /**
   * The median over partitions of the ratio to the registered holdout (`highMedian`); null if no partition has a ratio.
   */
  readonly medianRatio: number | null;
  /** The errors of overridden forecasts, over all entries of the ledger for the partitions' models. */
  readonly overrides: ValueAdded;
  /** Partitions that drift, the worst first. */
  readonly offenders: readonly Offender[];
}

/** Partitions whose forecasts, observations and ledger are in memory at a time. */
const BLOCK = 2000;
/** About how many partitions calibrate. */
const SAMPLE = 1000;
const ROWS_PER_PART = 100_000;

/**
 * Enters the forecasts that have met their observations into the accuracy ledger, and judges every partition of a version
 * by all that the ledger has of its model. What the ledger has stays; the same tables give the same rows again. Ledger
 * and verdicts become visible at the end.
 *
 * @throws {ManymodelError} naming the table, column or version that is missing or does not fit; nothing is written then
 */
export async function monitorVersion(
  engine: Engine,
  spec: MonitorSpec,
  { now, onProgress }: Pick<RunContext, "now" | "onProgress">,
): Promise<MonitorSummary> {
  const { source, output, stage } = engine;
  const { version, thresholds, ledgerTable, statusTable } = spec;
  const trained = await getJson<RunManifest>(stage, stagePath.manifest(version.runId));
  const index = await readIndex(stage, version.index, `${version.model} ${version.version} was registered`);
  const overrides = new OverridesInForce(await readOverrides(engine));
  const sources = await openSources(source, trained, { ...spec, overrides });
  const { table, forecasts, actuals, ledger } = sources;
  const inputs = [spec.forecasts, spec.actuals.table];
  await prepareOutput(engine, ledgerTable, ledgerColumns(table), [...inputs, statusTable], LEDGER);
  await prepareOutput(engine, statusTable, statusColumns(table), [...inputs, ledgerTable], STATUS);
  const id = checksum(
    JSON.stringify([version.model, version.version, forecasts.fingerprint, actuals.fingerprint]),
  ).slice(0, 12);
  const run = { id, at: now(), model: version.model, version: version.version };

  const blocks = async function* (isWanted: (partitionKey: string) => boolean) {
    for (const segment of index.segments) {
      const source = getSource(index, segment).runId;
      const rows = (await segmentRows(stage, segment, { summary: true })).filter(({ row }) =>
        isWanted(row.partitionKey),
      );
      for (let from = 0; from < rows.length; from += BLOCK)
        yield rows.slice(from, from + BLOCK).map(({ row }): WatchedPartition => ({ row, run: source }));
    }
  };
  const { calibration, newest } = await sample(source, sources, blocks, index.partitions);

  const written: { table: string; parts: TablePart[] } = { table: ledgerTable, parts: [] };
  const rows = new LedgerRows(table, version.model, version.version);
  const results: {
    evidence: Omit<PartitionStatus, "verdict" | "reasons" | "severity" | "pValue">;
    findings: Findings;
    why: string | null;
  }[] = [];
  const flush = async () => void written.parts.push(await output.write(ledgerTable, rows.take()));
  let newEntries = 0;
  const errors = new OverrideErrors();
  try {
    for await (const block of blocks(() => true)) {
      for (const evidence of await readEvidence(source, sources, block)) {
        const { row, run } = evidence.partition;
        for (const entry of evidence.entries) errors.add(entry);
        for (const entry of evidence.fresh) rows.add({ ...row, run, origin: evidence.origin }, entry);
        newEntries += evidence.fresh.length;
        results.push(judged(evidence, newest, thresholds, calibration, table.levels));
        if (rows.length >= ROWS_PER_PART) await flush();
      }
      onProgress({ total: index.partitions, done: results.length, failed: 0 });
    }
    if (rows.length > 0) await flush();
    await checkMet(source, sources);
  } catch (error) {
    await output.discard(ledgerTable, written.parts);
    throw error;
  }
  const adjusted = benjaminiHochberg(Float64Array.from(results, ({ findings }) => findings.p));
  const statuses = Array.from(zip(results, adjusted), ([{ evidence, findings, why }, pValue]): PartitionStatus => {
    const { verdict, reasons, severity } = judge(findings, pValue, thresholds);
    const texts = verdict === "no-data" && why !== null ? [why] : reasons;
    const since = verdict === "drift" || verdict === "watch" ? evidence.since : NaN;
    return { ...evidence, verdict, reasons: texts, severity, since, pValue };
  });
  statuses.push(...(await strangers(source, sources)));

  if (newEntries > 0)
    await output.publish(ledgerTable, checksum(JSON.stringify([id, ledger?.fingerprint ?? null])), written.parts);
  const parts: TablePart[] = [];
  for (let from = 0; from < statuses.length; from += ROWS_PER_PART)
    parts.push(await output.write(statusTable, statusBatch(table, run, statuses.slice(from, from + ROWS_PER_PART))));
  await output.publish(statusTable, id, parts);
  return {
    monitorId: id,
    model: run.model,
    version: run.version,
    ledgerTable,
    statusTable,
    newEntries,
    calibration,
    overrides: errors.valueAdded,
    ...summed(statuses, table.time.type),
  };
}

/** Calibrates by a sample of the partitions that their keys decide, and finds the newest time they have. */
async function sample(
  source: Source,
  sources: WatchSources,
  blocks: (isWanted: (partitionKey: string) => boolean) => AsyncIterable<WatchedPartition[]>,
  partitions: number,
): Promise<{ calibration: Calibration; newest: number }> {
  const stride = Math.max(1, Math.floor(partitions / SAMPLE));
  const series: Float64Array[] = [];
  let newest = -Infinity;
  for await (const block of blocks((key) => partitionSeed(0, key) % stride === 0)) {
    if (block.length === 0) continue;
    for (const evidence of await readEvidence(source, sources, block)) {
      series.push(Float64Array.from(evidence.entries, ({ z }) => z).filter((z) => !Number.isNaN(z)));
      if (evidence.newest > newest) newest = evidence.newest;
    }
  }
  return { calibration: calibrate(series), newest };
}

/** Runs the tests on a partition, and says why there is nothing to test where that is so. */
function judged(
  evidence: Evidence,
  newest: number,
  thresholds: Thresholds,
  calibration: Calibration,
  levels: readonly number[],
) {
  const { partition, ended, entries, waiting, history, scale, forecast } = evidence;
  const of = (value: (entry: Evidence["entries"][number]) => number) => Float64Array.from(entries, value);
  const passed = waiting.filter((time) => time <= newest);
  const arrived = [...entries.map(({ time }) => ({ time, came: 1 })), ...passed.map((time) => ({ time, came: 0 }))];
  arrived.sort((a, b) => a.time - b.time);
  const findings = detect(
    {
      z: of(({ z }) => z),
      scaled: of(({ scaled }) => scaled),
      hits: levels.map((level, i) => ({ level, inside: Uint8Array.from(entries, ({ hits }) => at(hits, i)) })),
      recent: of(({ actual }) => actual),
      arrived: Uint8Array.from(arrived, ({ came }) => came),
      history,
    },
    thresholds,
    calibration,
  );
  const why = ended
    ? "ended"
    : partition.row.outcome !== "succeeded"
      ? "no-model"
      : !forecast && entries.length === 0
        ? "no-forecast"
        : null;
  return {
    findings,
    why,
    evidence: {
      partitionKey: partition.row.partitionKey,
      run: partition.run,
      since: findings.since < 0 ? NaN : at(entries, findings.since).time,
      n: findings.n,
      meanScaledError: findings.meanScaledError,
      ratio: findings.ratio,
      missing: findings.missing,
      scaleOf: scale.of,
      coverage: findings.coverage.map(({ percent }) => percent),
      cusumUp: findings.up,
      cusumDown: findings.down,
      cusumSpread: findings.spread,
    },
  };
}

/** Returns rows for partitions that forecasts or actuals have and the version has not. */
async function strangers(source: Source, sources: WatchSources): Promise<PartitionStatus[]> {
  const { forecasts, actuals, seen, model, version, table } = sources;
  const statuses: PartitionStatus[] = [];
  const add = (partitionKey: string, reason: string) =>
    statuses.push({ ...UNKNOWN, partitionKey, reasons: [reason], coverage: table.levels.map(() => NaN) });
  const reported = new Set<string>();
  for (let from = 0; from < forecasts.partitions; from += ROWS_PER_PART) {
    const keys = await source.keys(forecasts, from, from + ROWS_PER_PART);
    const unmet = keys.flatMap(([name, of, key], i) =>
      seen.forecasts[from + i] === 0 && name === model && of === version ? [String(key)] : [],
    );
    const places = await source.locate(
      actuals,
      unmet.map((key) => decodeKey(key).key),
    );
    for (const [key, ordinal] of zip(unmet, places)) {
      reported.add(key);
      add(key, hasEnded(actuals, ordinal) ? "ended" : "no-model");
    }
  }
  for (let from = 0; from < actuals.partitions; from += ROWS_PER_PART)
    for (const [i, key] of (await source.keys(actuals, from, from + ROWS_PER_PART)).entries()) {
      const text = seen.actuals[from + i] === 0 ? encodeKey(table.keyColumns, key) : undefined;
      if (text !== undefined && !reported.has(text)) add(text, "no-model");
    }
  return statuses;
}

/** A status of which nothing is known. */
export const UNKNOWN: Omit<PartitionStatus, "partitionKey" | "coverage" | "reasons"> = {
  run: null,
  verdict: "no-data",
  since: NaN,
  severity: 0,
  n: 0,
  missing: 0,
  scaleOf: null,
  meanScaledError: NaN,
  ratio: NaN,
  cusumUp: NaN,
  cusumDown: NaN,
  cusumSpread: NaN,
  pValue: NaN,
};

/** Counts verdicts and reasons, and lists the partitions that drift. */
export function summed(statuses: readonly PartitionStatus[], type: ColumnType) {
  const timeText = (time: number) =>
    Number.isNaN(time) ? null : formatTime(type === "date" || type === "timestamp" ? type : "number", time);
  const verdicts = { ok: 0, watch: 0, drift: 0, "no-data": 0 };
  const reasons: Record<string, number> = {};
  for (const { verdict, reasons: ownReasons } of statuses) {
    verdicts[verdict]++;
    for (const reason of ownReasons) reasons[`${verdict}: ${reason}`] = (reasons[`${verdict}: ${reason}`] ?? 0) + 1;
  }
  const ratios = statuses
    .filter(({ scaleOf, ratio }) => scaleOf === "holdout" && !Number.isNaN(ratio))
    .map(({ ratio }) => ratio);
  const offenders = statuses
    .filter(({ verdict }) => verdict === "drift")
    .sort((a, b) => b.severity - a.severity || (a.partitionKey < b.partitionKey ? -1 : 1))
    .map(({ partitionKey, reasons, since, severity, ratio, n }): Offender => {
      return { partitionKey, reasons, since: timeText(since), severity, ratio, n };
    });
  return { partitions: statuses.length, verdicts, reasons, medianRatio: highMedian(ratios) ?? null, offenders };
}
