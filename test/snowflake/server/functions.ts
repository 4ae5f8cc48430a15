import { randomUUID } from "node:crypto";
import { createContext, runInContext } from "node:vm";
import { missing, SqlFailure, unsupported } from "./failure.ts";
import type { Faults } from "./faults.ts";
import { mask } from "./masked.ts";
import { done, textRows } from "./rowset.ts";
import type { Session } from "./session.ts";
import { likePrefix, objectName } from "./stages.ts";
import type { Answer, Handler } from "./statements.ts";
import { translate } from "./translate.ts";

/** An argument or a column of a table function: its name and its type. */
interface Declared {
  readonly name: string;
  readonly type: string;
}

interface TableFunction {
  readonly parameters: readonly Declared[];
  readonly returned: readonly Declared[];
  readonly body: string;
}

/** Returns the types that tell a function from others of its name. */
const typesOf = (declared: readonly Declared[]) =>
  declared.map(({ type }) => type.replace("DOUBLE", "FLOAT")).join(", ");

/** The largest body that is taken. */
const LARGEST = 100 * 1024;

/**
 * Removes features that came after ES2019, and features that no engine of a database has: the features of a warehouse's
 * engine are not documented.
 */
const STRIP = `
  delete Object.hasOwn; delete globalThis.BigInt; delete globalThis.WeakRef; delete globalThis.WebAssembly;
  for (const kind of [Array, Float64Array, Int32Array, Uint8Array, String]) delete kind.prototype.at;
  for (const name of ["replaceAll", "isWellFormed", "toWellFormed"]) delete String.prototype[name];
  for (const name of ["findLast", "findLastIndex", "toSorted", "toReversed", "with"]) delete Array.prototype[name];
  delete globalThis.console; delete globalThis.globalThis;`;

/**
 * Returns the handlers of JavaScript table functions, which are made from the stored text, and run in a bare context,
 * partition by partition. What a statement calls one for is done on the rows that it returned.
 */
export function functionStatements(
  faults: Faults,
  perform: (session: Session, sql: string, binds: Parameters<Handler>[2]) => Promise<Answer>,
): Handler {
  const functions = new Map<string, TableFunction>();
  return async (session, sql, binds) => {
    const text = sql.trim();
    const masked = mask(text);
    const create =
      /^CREATE FUNCTION IF NOT EXISTS (\S+) \(([^()]*)\)\s+RETURNS TABLE \(([^()]*)\) LANGUAGE JAVASCRIPT AS \ue000(\d+)\ue000$/.exec(
        masked.code,
      );
    if (create !== null) {
      const [, name, parameters, returned, body] = create;
      const stored = masked.literal(Number(body));
      if (stored.length > LARGEST)
        throw new SqlFailure("100132", "P0000", `JavaScript function is too large: ${stored.length}`);
      if (/\bNUMBER\b/.test(`${parameters} ${returned}`))
        throw new SqlFailure("002112", "42601", "JavaScript functions take and return no integers");
      const key = objectName(masked.unmask(name!));
      if (!functions.has(key))
        functions.set(key, { body: stored, parameters: declared(parameters!), returned: declared(returned!) });
      return { rowset: done() };
    }
    const show = /^SHOW USER FUNCTIONS LIKE \ue000(\d+)\ue000 IN SCHEMA (\S+)$/.exec(masked.code);
    if (show !== null) {
      const within = `${objectName(masked.unmask(show[2]!))}.${likePrefix(masked.literal(Number(show[1])))}`;
      const matches = [...functions].filter(([name]) => name.startsWith(within));
      const rows = matches.map(([key, { parameters, returned }]) => {
        const columns = returned.map(({ name, type }) => `${name} ${type}`).join(", ");
        const name = key.split(".").at(-1)!;
        return [name, `${name}(${typesOf(parameters)}) RETURN TABLE (${columns})`];
      });
      return { rowset: textRows(["name", "arguments"], rows) };
    }
    const drop = /^DROP FUNCTION IF EXISTS (\S+)\(([^()]*)\)$/.exec(masked.code);
    if (drop !== null) {
      const key = objectName(masked.unmask(drop[1]!));
      const definition = functions.get(key);
      if (definition !== undefined && typesOf(definition.parameters) === drop[2]) functions.delete(key);
      return { rowset: done() };
    }
    if (!/\bTABLE\(\ue001/.test(masked.code)) return undefined;
    const call = /FROM \((.*)\) r,\s+TABLE\(([^\s(]+)\((.*)\) OVER \(PARTITION BY (.+?) ORDER BY (.+?)\)\) f$/s.exec(
      masked.code,
    );
    if (call === null) throw unsupported(text);
    const [whole, from, name, args, partition, order] = call;
    const definition = functions.get(objectName(masked.unmask(name!)));
    if (definition === undefined) throw missing("Function", masked.unmask(name!));
    const query = `SELECT ${partition}, ${args} FROM (${from}) r ORDER BY ${partition}, ${order}`;
    const rows = (await session.run(translate({ ...masked, code: query }), binds)).getRows();
    const written = run(definition, rows, faults.functionTimeoutMs);
    const table = `called_${randomUUID().replaceAll("-", "")}`;
    await session.keep(table, definition.returned, written);
    try {
      const before = masked.code.slice(0, -whole.length);
      return await perform(session, masked.source(`${before}FROM ${table} f`), []);
    } finally {
      await session.run(`DROP TABLE ${table}`);
    }
  };
}

const declared = (list: string): Declared[] =>
  list.split(",").map((one) => {
    const [name, type] = one.trim().split(" ");
    return { name: name!, type: type! };
  });

type Row = Readonly<Record<string, unknown>>;

function run(
  { parameters, returned, body }: TableFunction,
  rows: readonly (readonly unknown[])[],
  timeout: number,
): unknown[][] {
  const context = createContext(Object.create(null));
  runInContext(STRIP, context);
  const written: unknown[][] = [];
  context.__write = (row: Row) => {
    const columns = new Set(returned.map(({ name }) => name));
    for (const name of Object.keys(row))
      if (!columns.has(name)) throw new Error(`the function returns no column ${name}`);
    written.push(returned.map(({ name, type }) => checked(row[name], type)));
  };
  const step = (code: string) => {
    try {
      return runInContext(code, context, { timeout });
    } catch (error) {
      throw new SqlFailure(
        "100132",
        "P0000",
        `JavaScript execution error: ${error instanceof Error ? error.message : String((error as { message?: unknown }).message ?? error)}`,
      );
    }
  };
  // One instance serves partition after partition.
  step(`var __f = (${body}); var __w = { writeRow: function (row) { __write(row); } };`);
  for (let at = 0; at < rows.length; ) {
    const p = rows[at]![0];
    step("__f.initialize({}, {})");
    for (; at < rows.length && rows[at]![0] === p; at++) {
      const row = Object.fromEntries(parameters.map(({ name }, i) => [name, rows[at]![i + 1] ?? undefined]));
      context.__row = row;
      step("__f.processRow(__row, __w, {})");
    }
    step("__f.finalize(__w, {})");
  }
  return written;
}

const JAVASCRIPT: Readonly<Record<string, string>> = { DOUBLE: "number", VARCHAR: "string", BOOLEAN: "boolean" };

/** Returns a value in its column's form; undefined becomes NULL. */
function checked(value: unknown, type: string): unknown {
  if (value === undefined || value === null) return null;
  if (typeof value !== JAVASCRIPT[type]) throw new Error(`a ${typeof value} is not a value of a column of ${type}`);
  return value;
}
