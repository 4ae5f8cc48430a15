import { at, zip } from "../core/aligned.ts";
import type { PartitionOutcome } from "../core/artifact.ts";
import { rowRanges } from "../core/columns/row-range.ts";
import { ManymodelError } from "../core/errors.ts";
import type { PartitionKey } from "../core/partition-key.ts";
import { levelsToAsk } from "../core/quantile.ts";
import { hasEnded, isActive, type Snapshot } from "../core/run.ts";
import { frame } from "../model/frame.ts";
import type { PartitionRows } from "../ports/source.ts";
import type { WorkerEngine } from "../ports/worker-engine.ts";
import { segmentRows } from "../runs/read-index.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { ForecastTimes } from "./forecast-times.ts";
import { judgePartition } from "./judge-partition.ts";
import { loadOrders } from "./load-orders.ts";
import { locatePlanned } from "./locate-planned.ts";
import { scoreOwned } from "./score-owned.ts";
import { NOT_TRAINED, type ScoredPartition, type ScoringData } from "./score-partition.ts";
import type { KeptBatch, ScoreMissing, ScoreSegment } from "./score-task.ts";
import { PartOfBatch, type ScoredPart, type Scorers } from "./scored-part.ts";
import { SegmentRows } from "./segment-rows.ts";

/** The fingerprints of a batch's partitions, and what became of them. */
export type KnownFingerprints = ReadonlyMap<string, ScoredPartition["status"]>;

/**
 * Loads the models of one segment, and no others, and forecasts those partitions that the input has.
 *
 * @param fingerprintsOf - reads the fingerprints of the batch whose rows are kept
 */
export async function scoreSegment(
  engine: Pick<WorkerEngine, "source" | "output" | "stage">,
  scorers: Scorers,
  task: ScoreSegment,
  fingerprintsOf: (batch: KeptBatch) => Promise<KnownFingerprints>,
): Promise<ScoredPart> {
  const { definition } = scorers;
  if (task.readings && definition.judge === undefined)
    throw new ManymodelError("usage", `${task.model} ${task.version} cannot judge readings; leave out --readings`);
  const all = (await segmentRows(engine.stage, task.segment, { forScoring: true })).map(({ row }) => row);
  const located = await locatePlanned(engine.source, task.snapshot, all);
  const rows = Array.from(zip(all, located)).flatMap(([row, at]) => (isActive(task.snapshot, at) ? [row] : []));
  const ordinals = located.filter((ordinal) => isActive(task.snapshot, ordinal));
  const input = await SegmentRows.read(engine.source, task, definition, rows, Array.from(ordinals));
  const future =
    task.future === null
      ? undefined
      : rowRanges(
          await readFuture(
            engine,
            task.future,
            rows.map((row) => row.key),
          ),
        );
  const output = new PartOfBatch(task, scorers, rows.length);
  const times = new ForecastTimes();
  const orders = await loadOrders(task.leadTime);
  const plan = { ...task, ...orders, definition, times, levels: levelsToAsk(task.levels, task.quantiles) };
  const before = task.kept === null ? undefined : await fingerprintsOf(task.kept);
  const score = (row: PartitionOutcome, place: number) => {
    const data: { -readonly [Name in keyof ScoringData]: ScoringData[Name] } = input.of(place);
    const ahead = future?.[place];
    if (ahead !== undefined) data.future = frame(ahead.batch, ahead.start, ahead.end);
    return task.readings ? judgePartition(plan, row, data.data) : scoreOwned(plan, row, data);
  };
  for (const [place, row] of rows.entries()) {
    const inputRows = input.range(place);
    const ahead = future?.[place];
    const isHashed = task.fingerprints && inputRows !== undefined;
    const fingerprint = isHashed ? fingerprintOf(task, row, inputRows, ahead) : null;
    const status = fingerprint === null ? undefined : before?.get(fingerprint);
    if (status === "OK" || status === "STALE") {
      output.keep(row.partitionKey, status);
      continue;
    }
    const answer = score(row, place);
    // To wait for what is there already costs more than some of the forecasts.
    let scored = answer instanceof Promise ? await answer : answer;
    if (input.areMissed) {
      await input.readAll();
      scored = await score(row, place);
    }
    if (scored.status !== "NO_MODEL") output.add(row.key, scored, fingerprint);
    else await output.addWithoutModel(row.key, scored, inputRows, ahead);
  }
  return output.write(engine, ordinals);
}

/** Writes the rows of partitions that have ended, and of those that no segment has a model for. */
export async function scoreMissing(
  engine: Pick<WorkerEngine, "source" | "output">,
  scorers: Scorers,
  task: ScoreMissing,
): Promise<ScoredPart> {
  const { snapshot, ordinals } = task;
  const first = at(ordinals, 0);
  const between = await engine.source.keys(snapshot, first, at(ordinals, -1) + 1);
  const keys = ordinals.map((ordinal) => at(between, ordinal - first));
  const isRead = task.fallback !== null;
  const input = isRead ? rowRanges(await engine.source.read(snapshot, ordinals)) : undefined;
  const future = isRead && task.future !== null ? rowRanges(await readFuture(engine, task.future, keys)) : undefined;
  const output = new PartOfBatch(task, scorers, ordinals.length);
  for (const [i, ordinal] of ordinals.entries()) {
    const key = at(keys, i);
    if (hasEnded(snapshot, ordinal)) output.add(key, { status: "ENDED" });
    else await output.addWithoutModel(key, NOT_TRAINED, input?.[i], future?.[i]);
  }
  return output.write(engine, Int32Array.from(ordinals));
}

async function readFuture(
  { source }: Pick<WorkerEngine, "source">,
  future: Snapshot,
  keys: readonly PartitionKey[],
): Promise<PartitionRows> {
  return source.read(future, Array.from(await source.locate(future, keys)));
}
