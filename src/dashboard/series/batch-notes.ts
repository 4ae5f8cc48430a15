import type { Engine } from "../../ports/engine.ts";

const MOST_NOTES = 1000;

/**
 * Returns what the latest batches note of a partition, one text for each version that the run became: `STATUS`,
 * `ERROR_TYPE` and `ERROR_MESSAGE` of its rows, and whether it has ended. A forecast without a note gives none.
 *
 * @param table - the table of forecasts that batches write
 */
export async function batchNotes(
  { source, tables, versions }: Pick<Engine, "source" | "tables" | "versions">,
  table: string,
  runId: string,
  partitionKey: string,
): Promise<string[]> {
  const registered = (await versions.list()).filter((version) => version.runId === runId);
  const columns = registered.length === 0 ? undefined : await source.columns(table);
  // A table of an earlier version has no typed notes.
  if (!columns?.some(({ name }) => name.toUpperCase() === "ERROR_TYPE")) return [];
  const { rows } = await tables.query(
    `SELECT DISTINCT MODEL_NAME, MODEL_VERSION, STATUS, ERROR_TYPE, ERROR_MESSAGE FROM ${table}
     WHERE PARTITION_KEY = $1 AND (ERROR_TYPE IS NOT NULL OR STATUS = 'ENDED') ORDER BY MODEL_NAME, MODEL_VERSION`,
    [partitionKey],
    MOST_NOTES,
  );
  return rows.flatMap(([model, version, status, type, message]) =>
    registered.some((one) => one.model === model && one.version === version)
      ? [
          `${model} ${version} in ${table}: ${status === "ENDED" ? "the series has ended" : `${status}, ${type}: ${message}`}`,
        ]
      : [],
  );
}
