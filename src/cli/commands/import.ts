import type { Command } from "commander";
import { addCommand, type CommonOptions, print, withWorkspace } from "../command.ts";

/** `manymodel import FILE --table T`: loads a file as a table of the workspace. */
export function addImport(program: Command): void {
  addCommand(program, "import <file>", "load a CSV, Parquet or JSON file as a table of the workspace")
    .requiredOption("--table <name>", "the new table's name")
    .option("--replace", "replace a table that was imported before")
    .action(async (file: string, options: CommonOptions & { table: string; replace?: true }) => {
      const { rows } = await withWorkspace(options, (mm) =>
        mm.engine.tables.import(file, options.table, { replace: options.replace === true }),
      );
      print({ json: { table: options.table, rows }, text: `Imported ${rows} rows into ${options.table}.` }, options);
    });
}
