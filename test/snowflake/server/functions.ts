import { createContext, runInContext } from "node:vm";
import { missing, SqlFailure, unsupported } from "./failure.ts";
import { mask } from "./masked.ts";
import { done, type Rowset, STATEMENT, textRows } from "./rowset.ts";
import { likePrefix, objectName } from "./stages.ts";
import type { Handler } from "./statements.ts";
import { translate } from "./translate.ts";

interface TableFunction {
  readonly parameters: readonly string[];
  readonly types: readonly string[];
  readonly body: string;
}

/** The largest body that is taken. */
const LARGEST = 100 * 1024;

/** What came after ES2019: taken away, since nobody says what a warehouse has. */
const STRIP = `
  delete Object.hasOwn; delete globalThis.BigInt; delete globalThis.WeakRef; delete globalThis.WebAssembly;
  for (const kind of [Array, Float64Array, Int32Array, Uint8Array, String]) delete kind.prototype.at;
  for (const name of ["replaceAll", "isWellFormed", "toWellFormed"]) delete String.prototype[name];
  for (const name of ["findLast", "findLastIndex", "toSorted", "toReversed", "with"]) delete Array.prototype[name];`;

/** JavaScript table functions: made from the stored text, and run in a bare context, partition by partition. */
export function functionStatements(): Handler {
  const functions = new Map<string, TableFunction>();
  return async (session, sql, binds) => {
    const text = sql.trim();
    const masked = mask(text);
    const create =
      /^CREATE FUNCTION IF NOT EXISTS (\S+) \(([^()]*)\)\s+RETURNS TABLE \(P DOUBLE, OUTCOME VARCHAR\) LANGUAGE JAVASCRIPT AS \ue000(\d+)\ue000$/.exec(
        masked.code,
      );
    if (create !== null) {
      const [, name, parameters, body] = create;
      const stored = masked.literal(Number(body));
      if (stored.length > LARGEST)
        throw new SqlFailure("100132", "P0000", `JavaScript function is too large: ${stored.length}`);
      const key = objectName(masked.unmask(name!));
      if (/\bNUMBER\b/.test(parameters!))
        throw new SqlFailure("002112", "42601", "JavaScript functions take no integers");
      if (!functions.has(key))
        functions.set(key, {
          body: stored,
          parameters: parameters!.split(",").map((one) => one.trim().split(" ")[0]!),
          types: parameters!.split(",").map((one) => one.trim().split(" ")[1]!.replace("DOUBLE", "FLOAT")),
        });
      return { rowset: done() };
    }
    const show = /^SHOW USER FUNCTIONS LIKE \ue000(\d+)\ue000 IN SCHEMA (\S+)$/.exec(masked.code);
    if (show !== null) {
      const within = `${objectName(masked.unmask(show[2]!))}.${likePrefix(masked.literal(Number(show[1])))}`;
      const found = [...functions].filter(([name]) => name.startsWith(within));
      const rows = found.map(([key, { types }]) => {
        const name = key.split(".").at(-1)!;
        return [name, `${name}(${types.join(", ")}) RETURN TABLE (P FLOAT, OUTCOME VARCHAR)`];
      });
      return { rowset: textRows(["name", "arguments"], rows) };
    }
    const drop = /^DROP FUNCTION IF EXISTS (\S+)\(([^()]*)\)$/.exec(masked.code);
    if (drop !== null) {
      const key = objectName(masked.unmask(drop[1]!));
      if (functions.get(key)?.types.join(", ") === drop[2]) functions.delete(key);
      return { rowset: done() };
    }
    if (!/\bTABLE\(\ue001/.test(masked.code)) return undefined;
    const call =
      /^SELECT f\.P, f\.OUTCOME FROM \((.*)\) r,\s+TABLE\(([^\s(]+)\((.*)\) OVER \(PARTITION BY r\.P ORDER BY r\.R\)\) f$/s.exec(
        masked.code,
      );
    if (call === null) throw unsupported(text);
    const [, from, name, args] = call;
    const made = functions.get(objectName(masked.unmask(name!)));
    if (made === undefined) throw missing("Function", masked.unmask(name!));
    const query = translate({ ...masked, code: `SELECT ${args} FROM (${from}) r ORDER BY r.P, r.R` });
    const rows = (await session.run(query, binds)).getRows();
    return { rowset: outcomes(run(made, rows)) };
  };
}

function run({ parameters, body }: TableFunction, rows: readonly (readonly unknown[])[]): [number, string][] {
  const context = createContext(Object.create(null));
  runInContext(STRIP, context);
  const written: [number, string][] = [];
  context.__write = (row: { P: number; OUTCOME: string }) => written.push([row.P, row.OUTCOME]);
  const step = (code: string) => {
    try {
      return runInContext(code, context, { timeout: 60_000 });
    } catch (error) {
      throw new SqlFailure(
        "100132",
        "P0000",
        `JavaScript execution error: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  };
  // One instance serves partition after partition.
  step(`var __f = (${body}); var __w = { writeRow: function (row) { __write(row); } };`);
  for (let at = 0; at < rows.length; ) {
    const p = rows[at]![0];
    step("__f.initialize({}, {})");
    for (; at < rows.length && rows[at]![0] === p; at++) {
      const row = Object.fromEntries(parameters.map((name, i) => [name, rows[at]![i] ?? undefined]));
      context.__row = row;
      step("__f.processRow(__row, __w, {})");
    }
    step("__f.finalize(__w, {})");
  }
  return written;
}

function outcomes(rows: readonly [number, string][]): Rowset {
  const rowtype = [
    { name: "P", type: "real", nullable: true },
    { name: "OUTCOME", type: "text", nullable: true, length: 16777216 },
  ];
  return { rowtype, rows: rows.map(([p, outcome]) => [String(p), outcome]), statementTypeId: STATEMENT.select };
}
