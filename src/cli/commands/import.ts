import type { Command } from "commander";
import type { CsvFormat, ImportedColumn } from "../../ports/tables.ts";
import { type CommonOptions, print, withWorkspace } from "../command.ts";
import { wordList } from "../option.ts";

interface ImportOptions extends CommonOptions, Omit<CsvFormat, "nulls"> {
  readonly table: string;
  readonly replace?: true;
  readonly append?: true;
  readonly key?: readonly string[];
  readonly null?: readonly string[];
}

/** `manymodel import FILE --table T`: loads a file as a table of the workspace. */
export function addImport(command: Command): void {
  command
    .requiredOption("--table <name>", "the new table's name")
    .option("--replace", "replace an imported table")
    .option("--append", "add rows to an imported table, replacing those of the same key and time")
    .option("--key <columns>", "with --append: the columns of key and time; by default those of source", wordList)
    .option("--delimiter <text>", "CSV: the delimiter between columns; by default detected")
    .option("--decimal <character>", "CSV: the decimal separator; by default a point")
    .option("--date-format <format>", "CSV, Excel: the order of a date's parts, such as %m/%d/%Y; by default detected")
    .option("--null <text...>", "CSV, Excel: texts that mean a missing value, besides an empty cell")
    .action(async (file: string, { table, replace, append, key, null: nulls, ...options }: ImportOptions) => {
      const { delimiter, decimal, dateFormat } = options;
      const csv: CsvFormat = {
        ...(delimiter !== undefined && { delimiter }),
        ...(decimal !== undefined && { decimal }),
        ...(dateFormat !== undefined && { dateFormat }),
        ...(nulls !== undefined && { nulls }),
      };
      const change = { replace: replace === true, append: append === true, ...(key !== undefined && { key }) };
      const { rows, replaced, columns } = await withWorkspace(options, (mm) =>
        mm.tables.import(file, { table, ...change, ...csv }),
      );
      const summary =
        replaced === undefined
          ? `Imported ${rows} rows into ${table}.`
          : `Appended ${rows} rows to ${table}, in place of ${replaced} rows of the same key and time.`;
      const json = { table, rows, ...(replaced !== undefined && { replaced }), columns };
      print({ json, text: [summary, ...columns.flatMap(columnLines)].join("\n") }, options);
    });
}

function columnLines({ name, type, first, last, ambiguous, numericDates }: ImportedColumn): string[] {
  const range = first == null ? "" : `, ${first} to ${last}`;
  const line = `  ${name}: ${type}${range}`;
  if (numericDates !== undefined)
    return [
      line,
      `  ${name} spells dates as numbers, which have no months: import again with --date-format ${numericDates} to read it as dates`,
    ];
  if (ambiguous === undefined) return [line];
  const choices = "import again with --date-format %m/%d/%Y or %d/%m/%Y";
  return [
    line,
    `  ${name} may be misread: every date, such as ${ambiguous}, could have day and month the other way round; ${choices}`,
  ];
}
