import { DuckDBInstance } from "@duckdb/node-api";

/**
 * Writes a Parquet file of daily rows (UNIT_ID, OBS_DATE, Y) for benchmarks.
 *
 * @param {string} file
 * @param {{ partitions: number, rows: number, value?: string, others?: string }} size - `value` is the SQL expression of Y,
 *   by the row number i, and `others` are those of more columns
 */
export async function writeSource(file, { partitions, rows, value = "round(100 * abs(sin(i * 0.7)), 2)", others }) {
  const instance = await DuckDBInstance.create(":memory:", { memory_limit: "512MB" });
  const connection = await instance.connect();
  await connection.run(
    `COPY (SELECT 'SKU' || lpad((i // ${rows})::VARCHAR, 8, '0') AS UNIT_ID, DATE '2026-01-01' + (i % ${rows})::INT AS OBS_DATE,
       ${value} AS Y${others === undefined ? "" : `, ${others}`} FROM range(${partitions * rows}) t(i)) TO '${file}' (FORMAT parquet)`,
  );
  connection.closeSync();
  instance.closeSync();
}
