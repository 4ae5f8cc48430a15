import type { Tables } from "../ports/tables.ts";

/** Partitions of a run that failed for the same reason. */
export interface FailureGroup {
  readonly type: string;
  readonly message: string;
  readonly count: number;
  /** The first keys of the group, encoded. */
  readonly first: readonly string[];
}

const GROUPS = 20;
const FIRST = 3;

/**
 * Groups the failures of a run by type and message, the most frequent first.
 *
 * @param failed - how many partitions of the run failed; without failures nothing is read
 */
export async function failureGroups(tables: Tables, runId: string, failed: number): Promise<FailureGroup[]> {
  if (failed === 0) return [];
  const { rows } = await tables.query(
    `SELECT ERROR_TYPE, ERROR_MESSAGE, N, PARTITION_KEY FROM
       (SELECT ERROR_TYPE, ERROR_MESSAGE, PARTITION_KEY,
          COUNT(*) OVER (PARTITION BY ERROR_TYPE, ERROR_MESSAGE) AS N,
          ROW_NUMBER() OVER (PARTITION BY ERROR_TYPE, ERROR_MESSAGE ORDER BY PARTITION_KEY) AS NTH
        FROM TRAINING_RESULTS WHERE RUN_ID = $1 AND OUTCOME = 'failed') AS FAILED
     WHERE NTH <= ${FIRST} ORDER BY N DESC, ERROR_TYPE, ERROR_MESSAGE, NTH LIMIT ${FIRST * GROUPS}`,
    [runId],
    FIRST * GROUPS,
    { run: runId },
  );
  const groups = new Map<string, { type: string; message: string; count: number; first: string[] }>();
  for (const [type, message, count, key] of rows) {
    const name = JSON.stringify([type, message]);
    const group = groups.get(name) ?? { type: String(type), message: String(message), count: Number(count), first: [] };
    group.first.push(String(key));
    groups.set(name, group);
  }
  return [...groups.values()].slice(0, GROUPS);
}
