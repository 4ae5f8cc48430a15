/** The parts of DuckDB's API that are used as values: a module of its own, which is loaded when DuckDB is first needed. */
export { DuckDBDataChunk, DuckDBInstance, INTEGER, StatementType, VARCHAR } from "@duckdb/node-api";
