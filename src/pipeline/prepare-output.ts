import type { ColumnInfo } from "../core/columns/column.ts";
import { ManymodelError } from "../core/errors.ts";
import type { Engine } from "../ports/engine.ts";

/** A kind of table, and the columns by which one is known. */
const FORECASTS = { what: "a table of forecasts", marks: ["MODEL_NAME", "MODEL_VERSION", "PARTITION_KEY", "STATUS"] };

/**
 * Creates a table for results, or makes sure that the one that exists takes these columns and is of the same kind.
 *
 * @param inputs - tables that are read, which the output must not be
 * @param kind - forecasts when left out
 * @throws {ManymodelError} `conflict` if it is another kind of table
 */
export async function prepareOutput(
  { source, output }: Pick<Engine, "source" | "output">,
  outputTable: string,
  columns: readonly ColumnInfo[],
  inputs: readonly string[],
  { what, marks }: { readonly what: string; readonly marks: readonly string[] } = FORECASTS,
): Promise<void> {
  if (await output.create(outputTable, columns)) return;
  const existing = new Map((await source.columns(outputTable))?.map((column) => [column.name.toUpperCase(), column]));
  const foreign = marks.some((name) => !existing.has(name));
  if (foreign || inputs.some((input) => input.toUpperCase() === outputTable.toUpperCase()))
    throw new ManymodelError(
      "conflict",
      `${outputTable} is not ${what}; nothing is written into it. Choose another output table`,
    );
  for (const { name, type } of columns) {
    const match = existing.get(name.toUpperCase());
    if (match !== undefined && match.type !== type)
      throw new ManymodelError(
        "conflict",
        `column ${match.name} of ${outputTable} holds ${match.type}s, but this version's ${name} is of type ${type}; choose another output table`,
      );
  }
}
