import type { Command } from "commander";
import { addCommand, type CommonOptions, print, withWorkspace } from "../command.ts";

interface ExportOptions extends CommonOptions {
  readonly to: string;
  readonly where?: string;
}

/** `manymodel export TABLE --to FILE`: writes a table or view to a file. */
export function addExport(program: Command): void {
  addCommand(program, "export <table>", "write the rows of a table or view to a file")
    .requiredOption("--to <file>", "the file, by its name CSV or Parquet: .csv, .csv.gz or .parquet")
    .option("--where <condition>", "an SQL condition on the table's columns")
    .action(async (table: string, { to, where, ...options }: ExportOptions) => {
      const exported = await withWorkspace(options, (mm) =>
        mm.tables.export(table, to, where === undefined ? {} : { where }),
      );
      print({ json: { table, ...exported }, text: `Wrote ${exported.rows} rows of ${table} to ${to}.` }, options);
    });
}
