import { ManymodelError, show } from "../../core/errors.ts";

/**
 * Returns a text as a literal of Snowflake. The only place where a value becomes part of a statement: COPY (its files,
 * its place and its query), PUT, GET, LIST, REMOVE, SHOW, CREATE, ALTER and EXECUTE take no bound value, and system
 * functions want a constant. Everything else is bound.
 *
 * @throws {ManymodelError} `usage` for a text with NUL or half a surrogate pair, which no column can hold
 */
export function literal(text: string): string {
  if (text.includes("\0") || !text.isWellFormed())
    throw new ManymodelError("usage", `${show(text)} cannot be part of a statement: it has NUL or half a character`);
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
}

/**
 * Returns an identifier exactly as it is written. @throws {ManymodelError} `usage` for one that Snowflake cannot have
 */
export function identifier(name: string): string {
  if (name === "" || name.length > 255 || name.includes("\0") || !name.isWellFormed())
    throw new ManymodelError("usage", `${show(name)} cannot be the name of an object: use 1 to 255 characters`);
  return `"${name.replaceAll('"', '""')}"`;
}

/** Returns the parts of a name as SQL has it: between dots, without the quotes that some of them have. */
export function nameParts(name: string): string[] {
  return (name.match(/"(?:[^"]|"")+"|[^."]+/g) ?? []).map((part) =>
    part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part,
  );
}

/** Returns a whole number as it is. @throws {ManymodelError} `usage` for anything else */
export function integer(value: number): string {
  if (!Number.isSafeInteger(value)) throw new ManymodelError("usage", `${show(value)} is not a whole number`);
  return String(value);
}

/** Returns a text between `$$`, for specifications. @throws {ManymodelError} `usage` if it has `$$` itself */
export function dollarQuoted(text: string): string {
  if (text.includes("$$")) throw new ManymodelError("usage", "a specification cannot contain $$");
  return `$$\n${text}$$`;
}

/**
 * Returns a name that needs no quotes: those of compute pools and services cannot have any, nor those of a service's
 * database and schema (CREATE COMPUTE POOL, EXECUTE JOB SERVICE). @throws {ManymodelError} `config` for another
 */
export function plain(name: string): string {
  if (!/^[A-Z_][A-Z0-9_$]{0,254}$/.test(name))
    throw new ManymodelError(
      "config",
      `${show(name)} needs quotes, which the names of compute pools and job services, and of their database and schema, cannot have; choose another name`,
    );
  return name;
}
