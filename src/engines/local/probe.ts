import type { DuckDBConnection } from "@duckdb/node-api";

const ROWS_PER_CHUNK = 2048;

/** Fills the temporary table `probe` (`i`: the row's number; `t0`, `t1`, …: texts) to join others with; the caller drops it. */
export async function fillProbe(
  connection: DuckDBConnection,
  columns: readonly (readonly (string | null)[])[],
): Promise<void> {
  const { DuckDBDataChunk, INTEGER, VARCHAR } = await import("../node/duck-api.ts");
  const types = [INTEGER, ...columns.map(() => VARCHAR)];
  const names = columns.map((_, i) => `t${i} VARCHAR`);
  await connection.run(`CREATE OR REPLACE TEMP TABLE probe (i INTEGER, ${names.join(", ")})`);
  const appender = await connection.createAppender("probe");
  const rows = Math.max(0, ...columns.map(({ length }) => length));
  for (let from = 0; from < rows; from += ROWS_PER_CHUNK) {
    const count = Math.min(ROWS_PER_CHUNK, rows - from);
    const chunk = DuckDBDataChunk.create(types, count);
    chunk.setColumnValues(
      0,
      Array.from({ length: count }, (_, i) => from + i),
    );
    columns.forEach((values, c) => {
      chunk.setColumnValues(c + 1, values.slice(from, from + count));
    });
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
}
