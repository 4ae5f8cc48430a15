import type { Command } from "commander";
import { csvLine } from "../../core/csv-line.ts";
import { answer } from "../answer.ts";
import { type CommonOptions, print, withWorkspace } from "../command.ts";
import { integer } from "../option.ts";
import { formatTable } from "../table.ts";

/** `manymodel sql "SELECT …"`: reads the workspace's tables. */
export function addSql(command: Command): void {
  command
    .option("--csv", "print CSV: a header, then the rows, NULL as nothing")
    .option("--limit <n>", "show at most this many rows", integer(1), 1000)
    .action(async (query: string, options: CommonOptions & { limit: number; csv?: true }) => {
      const result = await withWorkspace(options, (mm) => mm.tables.query(query, [], options));
      if (options.csv) {
        answer([result.columns, ...result.rows].map(csvLine).join(""));
        if (result.truncated) process.stderr.write(`… and more rows; raise --limit (${options.limit})\n`);
        return;
      }
      const more = result.truncated ? `\n… and more rows; raise --limit (${options.limit})` : "";
      for (const note of result.notes ?? []) process.stderr.write(`manymodel: ${note}\n`);
      print({ json: result, text: formatTable(result.columns, result.rows, { asStored: true }) + more }, options);
    });
}
