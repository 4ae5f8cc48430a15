import type { Command } from "commander";
import { addCommand, type CommonOptions, print, withWorkspace } from "../command.ts";
import { integer } from "../option.ts";
import { formatTable } from "../table.ts";

/** `manymodel sql "SELECT …"`: reads the workspace's tables. */
export function addSql(program: Command): void {
  addCommand(program, "sql <query>", "run one SELECT over the workspace's tables")
    .option("--limit <n>", "show at most this many rows", integer(1), 1000)
    .action(async (query: string, options: CommonOptions & { limit: number }) => {
      const result = await withWorkspace(options, (mm) => mm.tables.query(query, [], options));
      const more = result.truncated ? `\n… and more rows; raise --limit (${options.limit})` : "";
      for (const note of result.notes ?? []) process.stderr.write(`manymodel: ${note}\n`);
      print({ json: result, text: formatTable(result.columns, result.rows, { asStored: true }) + more }, options);
    });
}
