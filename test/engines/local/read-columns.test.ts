import { DuckDBInstance } from "@duckdb/node-api";
import { expect, it } from "vitest";
import { readColumns } from "../../../src/engines/local/read-columns.ts";

it.each([
  { texts: "short and long, repeated and not", with: "'k' || i // 3, repeat('long key ', 2 + i // 4)" },
  {
    texts: "of up to 13 characters, ASCII and not",
    with: "repeat('a', i % 14), repeat('é', i % 8) || chr((i % 7)::INTEGER)",
  },
  { texts: "missing ones among repeated ones", with: "CASE WHEN i % 5 < 3 THEN 'k' END, CASE WHEN i < 9 THEN 'é' END" },
])("reads texts as DuckDB gives them: $texts", async ({ with: expressions }) => {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const rows = `SELECT i::INTEGER, ${expressions} FROM range(5000) t(i) ORDER BY i`;
  const { length, columns } = await readColumns(await connection.stream(rows), ["string", "string"]);
  const expected = (await connection.runAndReadAll(rows)).getColumns();
  expect(length).toBe(5000);
  expect(columns.map(({ values }) => values)).toEqual(expected.slice(1));
  connection.closeSync();
  instance.closeSync();
});
