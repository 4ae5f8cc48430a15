/** The kind of an error. The command line turns `usage` and `config` into exit code 2, the others into 1. */
export type ErrorKind = "usage" | "config" | "input" | "not-found" | "conflict" | "corrupt" | "storage" | "internal";

/**
 * The one error class of this package. Its message is a single line that names the bad value, its place, and what to
 * do. `cause` holds the original error, if there is one.
 */
export class ManymodelError extends Error {
  readonly kind: ErrorKind;
  constructor(kind: ErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "ManymodelError";
    this.kind = kind;
  }
}

/**
 * Returns a value in place of what is not there any more, such as data that garbage collection took.
 *
 * @throws any other error
 */
export function ifGone<T>(value: T): (thrown: unknown) => T {
  return (thrown) => {
    if (thrown instanceof Error && "kind" in thrown && thrown.kind === "not-found") return value;
    throw thrown;
  };
}

/**
 * Tells whether a thrown value says that nothing can be written: no space, no quota left, or a read-only file system.
 */
export function isStorageFailure(thrown: unknown): boolean {
  const text = messageOf(thrown);
  return /ENOSPC|EDQUOT|EROFS|no space left|disk is full|disk quota exceeded|read-?only (file system|database)/i.test(
    text,
  );
}

/** Returns the message of anything that was thrown, on one line and at most `limit` characters long. */
export function messageOf(thrown: unknown, limit = 2000): string {
  let text: string;
  try {
    text = thrown instanceof Error ? thrown.message || thrown.name : String(thrown);
  } catch {
    text = "a value that cannot be printed was thrown";
  }
  // Cut first: what a body throws may be very long.
  const line = printable(
    text
      .slice(0, 4 * limit)
      .replace(/[\r\n\t]+/g, " ")
      .replace(/ {2,}/g, " ")
      .trim(),
  );
  return line.length > limit ? `${line.slice(0, limit - 1)}…` : line;
}

/**
 * Returns a text as it may be shown on a terminal: without what moves the cursor, rings, or turns the writing around.
 */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Returns a short, single-line rendering of a value for an error message. */
export function show(value: unknown): string {
  if (typeof value === "bigint") return `${value}`;
  if (typeof value === "function") return "a function";
  if (typeof value === "symbol") return "a symbol";
  if (value === undefined) return "undefined";
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  const text = JSON.stringify(value) ?? String(value);
  return printable(text.length > 80 ? `${text.slice(0, 79)}…` : text);
}
