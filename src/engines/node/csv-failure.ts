import type { DuckDBConnection } from "@duckdb/node-api";
import { ManymodelError, messageOf, show } from "../../core/errors.ts";
import { duckSays, fileLiteral } from "./duck.ts";

/** The characters that may separate columns. */
const DELIMITERS = [",", ";", "\t", "|"];
/** Lines from whose number of columns it is told how many there should be. */
const LOOKED_AT = 1000;

/** Explains why a CSV file cannot be read, in the file's own terms. DuckDB's message is about its own parameters. */
export async function csvFailure(
  connection: DuckDBConnection,
  file: string,
  delimiter: string | undefined,
  cause: unknown,
): Promise<ManymodelError> {
  const reason = messageOf(cause, 4000);
  const refuse = (why: string) => new ManymodelError("input", `cannot read ${file}: ${why}`, { cause });
  if (/not utf-8|invalid unicode/i.test(reason))
    return refuse("it is not in UTF-8; save it as UTF-8, such as with: iconv -f LATIN1 -t UTF-8");
  const uneven = await unevenLine(connection, file, delimiter);
  if (uneven !== undefined) return refuse(uneven);
  if (/when sniffing file/i.test(reason))
    return refuse("it cannot be told what stands between its columns; name it (--delimiter), or mend the file");
  return refuse(duckSays(cause));
}

/**
 * Checks that the lines of a file have equal numbers of columns. Otherwise DuckDB reads the file as a single column, or
 * drops the lines above the first equal ones.
 *
 * @param names - the names of the columns that DuckDB detected
 * @throws {ManymodelError} `input` naming the first line that differs
 */
export async function checkEven(
  connection: DuckDBConnection,
  file: string,
  delimiter: string | undefined,
  names: readonly string[],
): Promise<void> {
  const isOne =
    names.length === 1 &&
    delimiter === undefined &&
    names.some((name) => DELIMITERS.some((text) => name.includes(text)));
  // Without a header; that alone is well.
  const isUnnamed = names.length > 1 && names[0] === "column0";
  if (!isOne && !isUnnamed) return;
  const uneven = await unevenLine(connection, file, delimiter);
  if (uneven !== undefined) throw new ManymodelError("input", `cannot read ${file}: ${uneven}`);
}

/** Returns the first line that has another number of columns than most; undefined if none has, or most have one. */
async function unevenLine(
  connection: DuckDBConnection,
  file: string,
  delimiter: string | undefined,
): Promise<string | undefined> {
  const plain = "header = false, skip = 0, auto_detect = false";
  const lines = `read_csv(${fileLiteral(file)}, hive_partitioning = false, delim = '\x01', quote = '', escape = '', columns = {'c0': 'VARCHAR'}, ${plain})`;
  for (const delim of delimiter === undefined ? DELIMITERS : [delimiter]) {
    const widths = await connection
      .runAndReadAll(
        `SELECT len(string_split(regexp_replace(c0, '"[^"]*"', '', 'g'), $1)) AS n FROM (SELECT c0 FROM ${lines} LIMIT ${LOOKED_AT})
         WHERE c0 <> '' GROUP BY n ORDER BY count(*) DESC LIMIT 1`,
        [delim],
      )
      .catch(() => undefined);
    const n = Number(widths?.getRows()[0]?.[0] ?? 1);
    if (n < 2) continue;
    const columns = Array.from({ length: n }, (_, i) => `'c${i}': 'VARCHAR'`).join(", ");
    const read = `read_csv(${fileLiteral(file)}, hive_partitioning = false, delim = $1, quote = '"', escape = '"', columns = {${columns}}, ${plain})`;
    try {
      await connection.run(`SELECT count(COLUMNS(*)) FROM ${read}`, [delim]);
    } catch (cause) {
      const [, line, text, , count] =
        /on Line: (\d+)\s+Original Line:\s?([\s\S]*?)\s+Expected Number of Columns: (\d+) Found: (\d+)/.exec(
          (cause as Error).message,
        ) ?? [];
      if (line !== undefined)
        return `line ${line} has ${count} ${count === "1" ? "column" : "columns"} where most have ${n}: ${show(text)}; correct the file, or name the delimiter (--delimiter)`;
    }
    return undefined;
  }
  return undefined;
}
