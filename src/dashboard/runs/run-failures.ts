import type { SegmentInfo } from "../../core/artifact.ts";
import type { RunRecord } from "../../core/run.ts";
import { decodeSegmentColumns } from "../../core/segment.ts";
import { rowSelector } from "../../core/selection.ts";
import type { Engine } from "../../ports/engine.ts";
import { readIndex } from "../../runs/read-index.ts";
import { getVerified } from "../../stages/checksum.ts";
import { failureKinds } from "../base/failure-groups.ts";
import { keyLabel } from "../base/key-label.ts";
import type { RunFailures } from "../wire.ts";

/** Segments that are read: the first with failures in them tell enough. */
const MOST_SEGMENTS = 20;
const MOST_GROUPS = 20;
const FIRST_KEYS = 5;

/** The failures of a run so far, those that failed alike together. Of many segments with failures the first 20 are read. */
export async function runFailures({ stage, queue }: Engine, run: RunRecord): Promise<RunFailures> {
  const segments =
    run.index === null
      ? (await queue.chunks(run.runId)).flatMap(({ segment }) => segment ?? [])
      : (await readIndex(stage, run.index, `run ${run.runId} was completed`)).segments;
  const failing = segments.filter(({ failed }) => failed > 0);
  const read = failing.slice(0, MOST_SEGMENTS);
  const messages = new Map<string, { type: string; message: string; count: number; first: string[] }>();
  for (const segment of read) await collect(segment);
  const kinds = failureKinds([...messages.values()]).sort((a, b) => b.count - a.count);
  const groups = kinds.slice(0, MOST_GROUPS).map(({ type, message, count, members }) => {
    const keys = members.flatMap(({ first }) => first).slice(0, FIRST_KEYS);
    return { type, message, count, first: keys.map((key) => ({ key, text: keyLabel(key) })) };
  });
  return { groups, kinds: kinds.length, read: read.length, failing: failing.length };

  async function collect({ path, sha256, select }: SegmentInfo & { readonly select?: string }): Promise<void> {
    const bytes = await getVerified(stage, path, sha256, "it was committed; its checksum differs");
    const read = await decodeSegmentColumns(bytes, path, ["partition_key", "outcome", "error_type", "error_message"]);
    const isSelected = rowSelector(select);
    for (const [i, outcome] of read.outcome.entries()) {
      if (outcome !== "failed" || !isSelected(i)) continue;
      const [type, message] = [String(read.error_type[i]), String(read.error_message[i] ?? "")];
      const name = JSON.stringify([type, message]);
      const group = messages.get(name) ?? { type, message, count: 0, first: [] };
      messages.set(name, group);
      group.count++;
      if (group.first.length < FIRST_KEYS) group.first.push(read.partition_key[i] as string);
    }
  }
}
