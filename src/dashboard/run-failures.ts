import type { SegmentInfo } from "../core/artifact.ts";
import type { RunRecord } from "../core/run.ts";
import { decodeSegmentColumns } from "../core/segment.ts";
import { rowSelector } from "../core/selection.ts";
import { getVerified } from "../pipeline/checksum.ts";
import { readIndex } from "../pipeline/read-index.ts";
import type { Engine } from "../ports/engine.ts";
import type { FailureGroup } from "./wire.ts";

/** Segments that are read: the first with failures in them tell enough. */
const MOST_SEGMENTS = 20;
const MOST_GROUPS = 20;
const FIRST_KEYS = 5;

/**
 * The failures of a run so far, those that failed alike together, the most frequent first. Of many segments with failures
 * the first 20 are read; `complete` says whether that was all of them.
 */
export async function runFailures(
  { stage, queue }: Engine,
  run: RunRecord,
): Promise<{ groups: readonly FailureGroup[]; complete: boolean }> {
  const segments =
    run.index === null
      ? (await queue.chunks(run.runId)).flatMap(({ segment }) => segment ?? [])
      : (await readIndex(stage, run.index, `run ${run.runId} was completed`)).segments;
  const failing = segments.filter(({ failed }) => failed > 0);
  const groups = new Map<string, { type: string; message: string; count: number; first: string[] }>();
  for (const segment of failing.slice(0, MOST_SEGMENTS)) await collect(segment);
  const sorted = [...groups.values()].sort((a, b) => b.count - a.count);
  return { groups: sorted.slice(0, MOST_GROUPS), complete: failing.length <= MOST_SEGMENTS };

  async function collect({ path, sha256, select }: SegmentInfo & { readonly select?: string }): Promise<void> {
    const bytes = await getVerified(stage, path, sha256, "it was committed; its checksum differs");
    const read = await decodeSegmentColumns(bytes, path, ["partition_key", "outcome", "error_type", "error_message"]);
    const isSelected = rowSelector(select);
    for (const [i, outcome] of read.outcome.entries()) {
      if (outcome !== "failed" || !isSelected(i)) continue;
      const [type, message] = [String(read.error_type[i]), String(read.error_message[i] ?? "")];
      const name = JSON.stringify([type, message]);
      const group = groups.get(name) ?? { type, message, count: 0, first: [] };
      groups.set(name, group);
      group.count++;
      if (group.first.length < FIRST_KEYS) group.first.push(read.partition_key[i] as string);
    }
  }
}
