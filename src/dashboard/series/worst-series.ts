import type { IndexedSegment } from "../../core/artifact.ts";
import { ifGone, ManymodelError } from "../../core/errors.ts";
import { decodeKey } from "../../core/partition-key.ts";
import { decodeSegmentColumns } from "../../core/segment.ts";
import type { Engine } from "../../ports/engine.ts";
import { getVerified } from "../../stages/checksum.ts";
import { keyLabel } from "../base/key-label.ts";
import { textAt } from "../base/text-column.ts";
import type { PartitionQuery } from "../partitions/partition-search.ts";
import { rowAt } from "../partitions/partition-table.ts";
import { finite } from "../partitions/partition-view.ts";
import type { RunTable } from "../partitions/run-table.ts";
import type { SmallSeries } from "../wire.ts";
import { readEnds, targetOf } from "./series-data.ts";

/** The number of last rows in a small picture. */
const LENGTH = 90;

/** Returns the small pictures of the first partitions that a search finds. */
export async function worstSeries(
  engine: Engine,
  { search, manifest, segments: listSegments }: RunTable,
  query: PartitionQuery,
  count: number,
): Promise<SmallSeries[]> {
  const { table } = search;
  const segments = await listSegments();
  const target = targetOf(manifest);
  const metric = query.sort === undefined ? undefined : await search.metric(query.sort);
  const matches = await search.find(query, 0, count);
  // A partition without a value is neither among the best nor among the worst.
  const rows = [...matches.rows].filter((row) => metric === undefined || !Number.isNaN(metric[row]));
  const keys = rows.map((row) => textAt(table.keys, row));
  const ends =
    target === null || keys.length === 0
      ? []
      : await readEnds(
          engine.source,
          manifest.snapshot,
          target,
          keys.map((key) => decodeKey(key).key),
          LENGTH,
          // The run's data may have been collected as garbage; its numbers are there all the same.
        ).catch(ifGone([]));
  const forecasts = new Map<number, unknown[]>();
  return Promise.all(
    rows.map(async (row, i): Promise<SmallSeries> => {
      const key = textAt(table.keys, row);
      const { segment, at } = rowAt(table, row);
      const column = forecasts.get(segment) ?? (await forecastsOf(engine, segments[segment]));
      forecasts.set(segment, column);
      const text = column[at] as string | null;
      return {
        key,
        text: keyLabel(key),
        value: metric === undefined ? null : finite(metric[row]),
        history: Array.from(ends[i] ?? [], finite),
        forecast: text === null ? [] : (JSON.parse(text) as (number | null)[]),
      };
    }),
  );
}

async function forecastsOf({ stage }: Engine, segment: IndexedSegment | undefined): Promise<unknown[]> {
  if (segment === undefined) throw new ManymodelError("corrupt", "the index has fewer segments than its table names");
  const { path, sha256 } = segment;
  const bytes = await getVerified(stage, path, sha256, "it was committed; its checksum differs");
  return (await decodeSegmentColumns(bytes, path, ["forecast"])).forecast;
}
