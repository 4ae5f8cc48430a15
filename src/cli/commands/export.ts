import type { Command } from "commander";
import { type CommonOptions, print, withWorkspace } from "../command.ts";

interface ExportOptions extends CommonOptions {
  readonly to: string;
  readonly where?: string;
  readonly as?: string;
}

/** `manymodel export TABLE --to FILE`: writes a table or view to a file, or to a table of PostgreSQL. */
export function addExport(command: Command): void {
  command
    .requiredOption("--to <target>", "a file (.csv, .csv.gz, .parquet or .xlsx), or postgresql://user@host/database")
    .option("--where <condition>", "an SQL condition on the table's columns")
    .option("--as <table>", "the table of PostgreSQL, such as planning.forecasts; by default the same name")
    .action(async (table: string, { to, where, as, ...options }: ExportOptions) => {
      const chosen = { ...(where !== undefined && { where }), ...(as !== undefined && { as }) };
      const exported = await withWorkspace(options, (mm) => mm.tables.export(table, to, chosen));
      const text = `Wrote ${exported.rows} rows of ${table} to ${exported.target ?? to}.`;
      print({ json: { table, ...exported }, text }, options);
    });
}
