import type { ClientBase } from "pg";

/** The time that a change of a table or view waits for its readers. */
const LOCK_WAIT = "2s";

/**
 * Runs statements of a transaction that wait until nobody reads a table or view. Everybody else who wants to read it waits
 * behind them, so they wait for a moment only, and the transaction is then done again.
 */
export async function runExclusively(client: ClientBase, ...statements: readonly string[]): Promise<void> {
  const limits = [`SET LOCAL lock_timeout = '${LOCK_WAIT}'`, "SET LOCAL lock_timeout TO DEFAULT"];
  await client.query([limits[0], ...statements, limits[1]].join("; "));
}
