import { at } from "../core/aligned.ts";
import { splitIntoChunks } from "../core/chunk.ts";
import { encodeKey } from "../core/partition-key.ts";
import type { RunManifest } from "../core/run.ts";
import type { ModeCredits } from "../core/snowflake-credits.ts";
import { stagePath } from "../core/stage-path.ts";
import { startCrew } from "../crew/crew.ts";
import type { Engine } from "../ports/engine.ts";
import type { Stage } from "../ports/stage.ts";
import type { RunContext } from "../runs/run-context.ts";
import { checksum } from "../stages/checksum.ts";
import { getJson, putJson } from "../stages/json.ts";
import type { Sample } from "../work/sample.ts";
import { checkTimes } from "./check-times.ts";
import type { RunSpec } from "./plan-run.ts";

/** An estimate of a run, from a timed sample of its partitions. */
export interface Estimate {
  readonly partitions: number;
  readonly chunks: number;
  readonly workers: number;
  /** The number of partitions in the sample. */
  readonly sampled: number;
  /** The number of sampled partitions that failed. */
  readonly sampleFailed: number;
  /** CPU seconds of the whole run, and their 95 % interval, as far as the sample shows it. */
  readonly cpuSeconds: number;
  readonly cpuSecondsLow: number;
  readonly cpuSecondsHigh: number;
  /** Seconds of the whole run, with all workers. */
  readonly wallSeconds: number;
  /** Bytes of memory of all workers together. */
  readonly memoryBytes: number;
  /** Bytes on the stage. */
  readonly stageBytes: number;
  /** Cost in the currency of the price; null without a price. */
  readonly cost: number | null;
  /** Snowflake's credits by mode, if their rates are configured. */
  readonly credits?: readonly ModeCredits[];
}

/** Trained first and not counted: code is compiled while it runs. */
const WARM_UP = 3;

/** Options for `estimateRun`. */
export interface EstimateOptions {
  /** The number of partitions to train. */
  readonly sampleSize: number;
  /** Null where no cost is known. */
  readonly pricePerCpuHour: number | null;
}

/**
 * Estimates what a run will take by training some of its partitions, spread evenly over the source, in one worker.
 * Nothing is kept but the estimate itself, with which the run can be compared when it has ended.
 *
 * @param context - as for the run itself
 */
export async function estimateRun(
  engine: Engine,
  spec: RunSpec,
  context: Pick<RunContext, "entry" | "workers" | "signal">,
  { sampleSize, pricePerCpuHour }: EstimateOptions,
): Promise<Estimate> {
  const snapshot = spec.snapshot ?? (await engine.source.snapshot(spec.query));
  await checkTimes(engine.source, snapshot);
  const partitions = spec.keys?.length ?? snapshot.partitions;
  const sampled = Math.min(sampleSize, partitions);
  const positions = Array.from({ length: sampled }, (_, i) => Math.floor(((i + 0.5) * partitions) / sampled));
  const keys = await Promise.all(
    positions.map(async (i) => spec.keys?.[i] ?? at(await engine.source.keys(snapshot, i, i + 1), 0)),
  );
  const encoded = keys.map((key) => encodeKey(snapshot.keyColumns, key));
  const ordinals = Array.from(await engine.source.locate(snapshot, keys));
  const { bytes, sha256 } = spec.definition;
  await engine.stage.put(stagePath.definition(sha256), bytes);
  const { keyArg, exports, seed } = spec;
  const crew = await startCrew(context, 1);
  const samples: Sample[] = [];
  try {
    await crew.run(async (member) => {
      const take = async (count: number) =>
        member.call<Sample>({
          type: "sample",
          plan: { snapshot, keyArg, exports, seed },
          definitionSha256: sha256,
          keys: encoded.slice(0, count),
          ordinals: ordinals.slice(0, count),
        });
      await take(WARM_UP);
      samples.push(await take(sampled));
    });
  } finally {
    await crew.close();
  }
  const chunks = splitIntoChunks(partitions, spec).length;
  const estimate = scaleUp(at(samples, 0), partitions, chunks, spec.workers, pricePerCpuHour);
  await putJson(engine.stage, estimatePath(spec, snapshot.id), estimate);
  return estimate;
}

/** Returns the path of the estimate of a run with this data, definition and options. */
function estimatePath(
  { definition, exports }: Pick<RunManifest, "definition" | "exports">,
  snapshotId: string,
): string {
  return stagePath.estimate(checksum(JSON.stringify([snapshotId, definition.sha256, exports])));
}

/** Returns the estimate that was made before a run, if there is one for its data, definition and exports. */
export async function estimateOf(stage: Stage, manifest: RunManifest): Promise<Estimate | undefined> {
  return getJson<Estimate>(stage, estimatePath(manifest, manifest.snapshot.id)).catch(() => undefined);
}

/** Scales the sample up to all partitions, if they are like those of the sample. */
export function scaleUp(
  { fitMs, failed, totalMs, bytes, memory }: Sample,
  partitions: number,
  chunks: number,
  workers: number,
  pricePerCpuHour: number | null,
): Estimate {
  const n = fitMs.length;
  const fit = fitMs.reduce((sum, ms) => sum + ms, 0) / n;
  const spread = n > 1 ? Math.sqrt(fitMs.reduce((sum, ms) => sum + (ms - fit) ** 2, 0) / (n - 1)) : fit;
  const error = (1.96 * spread * Math.sqrt(Math.max(0, 1 - n / partitions))) / Math.sqrt(n);
  const overhead = (totalMs - fit * n) / n;
  const seconds = (perPartition: number) => (Math.max(0, perPartition) * partitions) / 1000;
  const cpuSeconds = seconds(fit + overhead);
  const busy = Math.min(workers, chunks);
  return {
    partitions,
    chunks,
    workers,
    sampled: n,
    sampleFailed: failed,
    cpuSeconds,
    cpuSecondsLow: seconds(fit + overhead - error),
    cpuSecondsHigh: seconds(fit + overhead + error),
    wallSeconds: cpuSeconds / busy,
    memoryBytes: memory * (1 + 0.4 * (busy - 1)),
    stageBytes: Math.round((bytes / n) * partitions),
    cost: pricePerCpuHour === null ? null : (cpuSeconds / 3600) * pricePerCpuHour,
  };
}
