import { messageOf } from "../core/errors.ts";
import type { Tables } from "../ports/tables.ts";

/** Failed partitions of a run that failed alike. */
export interface FailureGroup {
  readonly type: string;
  readonly message: string;
  readonly count: number;
  /** The first keys, encoded. */
  readonly first: readonly string[];
}

const GROUPS = 20;

/** The failures of a run, grouped by type and message, the most frequent first. */
export async function failureGroups(tables: Tables, runId: string): Promise<FailureGroup[]> {
  const { rows } = await tables.query(
    `SELECT ERROR_TYPE, ERROR_MESSAGE, count(*), to_json((array_agg(PARTITION_KEY ORDER BY PARTITION_KEY))[1:3])
     FROM TRAINING_RESULTS WHERE RUN_ID = '${runId.replaceAll("'", "''")}' AND OUTCOME = 'failed'
     GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT ${GROUPS}`,
    GROUPS,
  );
  return rows.map(([type, message, count, first]) => ({
    type: String(type),
    message: String(message),
    count: Number(count),
    first: JSON.parse(String(first)) as string[],
  }));
}

/** Failure groups as lines for people. */
export function failureLines(groups: readonly FailureGroup[]): string[] {
  return groups.map(
    ({ type, message, count, first }) =>
      `  ${count} × ${type}: ${messageOf(message, 300)} (${first.join("  ")}${count > first.length ? "  …" : ""})`,
  );
}
