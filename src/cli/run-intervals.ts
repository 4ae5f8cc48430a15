import { type RunManifest, statedInterval } from "../core/run.ts";
import type { Tables } from "../ports/tables.ts";

/** Partitions of a run whose interval is not that of most. */
export interface OtherInterval {
  /** Null: their times keep none. */
  readonly interval: string | null;
  readonly partitions: number;
  readonly first: string;
}

/** The intervals of a run's series: that of most, and the others. */
export interface RunIntervals {
  readonly most: string | null;
  readonly others: readonly OtherInterval[];
}

/**
 * Returns the intervals that a run found; those of months count alike whatever their day. Undefined where it was
 * stated.
 */
export async function runIntervals(
  tables: Tables,
  { runId, snapshot }: Pick<RunManifest, "runId" | "snapshot">,
): Promise<RunIntervals | undefined> {
  const type = snapshot.columns.find(({ name }) => name === snapshot.timeColumn)?.type;
  if (statedInterval(snapshot.query) !== undefined || type === undefined || type === "string" || type === "boolean")
    return undefined;
  const { rows } = await tables.query(
    `SELECT R.INTERVAL, COUNT(*) AS N, MIN(R.PARTITION_KEY) AS FIRST_KEY FROM TRAINING_RESULTS R
     WHERE R.RUN_ID = $1 AND R.OUTCOME = 'succeeded' AND R.N_OBS > 1
     GROUP BY R.INTERVAL ORDER BY N DESC, R.INTERVAL`,
    [runId],
    10_000,
    { run: runId },
  );
  const groups = new Map<string | null, { partitions: number; first: string }>();
  for (const [text, count, first] of rows) {
    const interval = text === null ? null : String(text).replace(/@.*/, "");
    const group = groups.get(interval);
    groups.set(interval, {
      partitions: (group?.partitions ?? 0) + Number(count),
      first: group?.first ?? String(first),
    });
  }
  const all = [...groups].map(([interval, series]) => ({ interval, ...series }));
  all.sort((a, b) => b.partitions - a.partitions);
  if (all.length === 0) return undefined;
  const [{ interval: most }, ...others] = all as [OtherInterval, ...OtherInterval[]];
  return most === null ? { most, others: all } : { most, others };
}

const SHOWN = 5;

/** Returns the same for people: what is not as most, and what to do. */
export function intervalLines({ most, others }: RunIntervals, partitions: number): string[] {
  const lines = others.slice(0, SHOWN).map(({ interval, partitions: count, first }) => {
    const line = `  ${count} of ${partitions} partitions (${first}${count > 1 ? "  …" : ""})`;
    return interval === null
      ? `${line} keep no interval: their rows count as consecutive steps, their forecasts have no times; aggregate them to days, weeks or months`
      : `${line} seem to be ${interval} where most are ${most ?? "none"}; set source.interval if all are alike`;
  });
  return others.length > SHOWN ? [...lines, `  and ${others.length - SHOWN} further intervals`] : lines;
}
