import { readFile } from "node:fs/promises";
import path from "node:path";
import { at } from "../core/aligned.ts";
import { ManymodelError, messageOf, printable, show } from "../core/errors.ts";
import { type KeyLines, keyLines } from "./place.ts";
import { asWritten, renameKeys } from "./renamed-keys.ts";
import type { Config } from "./schema.ts";

/** A configuration and its origin. Relative paths refer to the origin's directory. */
export interface LoadedConfig extends Config {
  /** The file, or `OBJECT` for a configuration that is an object. */
  readonly file: string;
  readonly directory: string;
  /** The line of each key of the file. */
  readonly lines?: KeyLines;
}

/** Stands for the file of a configuration that came from none, in messages. */
export const OBJECT = "the configuration";

/**
 * Reads and validates a configuration file.
 *
 * @throws {ManymodelError} `config`, naming file, line, key, what was found and what was expected
 */
export async function loadConfig(file: string): Promise<LoadedConfig> {
  const absolute = path.resolve(file);
  const text = await readFile(absolute, "utf8").catch((cause) => {
    const why = (cause as NodeJS.ErrnoException).code === "ENOENT" ? `there is no file ${file}` : messageOf(cause);
    throw new ManymodelError("config", `${why}; "manymodel init" writes one, --config names another`, { cause });
  });
  const { config, lines } = await readConfig(text, file);
  return { ...config, lines, file: absolute, directory: path.dirname(absolute) };
}

/** Validates the text of a configuration file. @throws {ManymodelError} `config`, as `loadConfig` does */
export async function parseConfig(text: string, file: string): Promise<Config> {
  return (await readConfig(text, file)).config;
}

/**
 * Validates a configuration given as an object, by the rules of the file.
 *
 * @param directory - the directory that relative paths mean
 * @throws {ManymodelError} `config`, naming the key, what was found and what was expected
 */
export async function configFrom(input: unknown, directory: string): Promise<LoadedConfig> {
  const config = await validate(input, (_, why) => {
    throw new ManymodelError("config", `${OBJECT}: ${printable(why)}`);
  });
  return { ...config, file: OBJECT, directory: path.resolve(directory) };
}

/**
 * Checks a configuration against the schema and fills in its defaults.
 *
 * @param refuse - throws for the first key that breaks a rule
 */
async function validate(input: unknown, refuse: (keys: PropertyKey[], why: string) => never): Promise<Config> {
  const [{ configSchema }, { expectation, oneOf }] = await Promise.all([
    import("./schema.ts"),
    import("./expectation.ts"),
  ]);
  const parsed = configSchema.safeParse(renameKeys(input, refuse), { error: expectation });
  if (parsed.success) return parsed.data;
  const [first] = parsed.error.issues;
  const issue = deepest(first as Issue, oneOf);
  const unknown = issue.code === "unrecognized_keys" ? (issue.keys ?? []).slice(0, 1) : [];
  const keys = asWritten(input, [...issue.path, ...unknown]);
  const value = keys.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], input);
  const expected =
    issue.code === "unrecognized_keys"
      ? `unknown key; ${issue.message}`
      : value === undefined
        ? `missing; it must be ${issue.message}`
        : `is ${show(value)}; it must be ${issue.message}`;
  return refuse(keys, `${keys.join(".") || "the file"}: ${expected}`);
}

async function readConfig(text: string, file: string): Promise<{ config: Config; lines: KeyLines }> {
  const { LineCounter, parseDocument, visit } = await import("yaml");
  const lines = new LineCounter();
  const lineAt = (offset: number) => lines.linePos(offset).line;
  const refuse: (line: number, why: string, cause?: unknown) => never = (line, why, cause) => {
    throw new ManymodelError("config", `${file}:${line}: ${printable(why)}`, { cause });
  };
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, stringKeys: true });
  const broken = document.errors[0];
  if (broken !== undefined)
    refuse(lineAt(broken.pos[0]), tooDeep(broken.message.replace(/\n.*$/s, "").replace(/ at line .*$/, "")));
  let line = 1;
  try {
    visit(document, {
      Alias(_, alias) {
        const [place] = rangeOf(alias);
        line = lineAt(place);
        const target = alias.resolve(document);
        if (target === undefined) refuse(line, `*${alias.source}: there is no &${alias.source} before it`);
        const [from, , to] = rangeOf(target);
        if (from <= place && place < to) refuse(line, `*${alias.source} is a part of itself`);
      },
      Pair(_, { key }) {
        const name = key as { value?: unknown; range?: Range };
        if (name.value === "__proto__") refuse(lineAt(rangeOf(name)[0]), "__proto__: unknown key");
      },
    });
    const value: unknown = document.toJS({ maxAliasCount: 100 }) ?? {};
    const config = await validate(value, (keys, why) => refuse(lineOf(document, keys, lineAt), why));
    return { config, lines: keyLines(document, lineAt) };
  } catch (cause) {
    if (cause instanceof ManymodelError) throw cause;
    return refuse(line, tooDeep(messageOf(cause)), cause);
  }
}

type Range = import("yaml").Range;

/** Returns the place of a node of a file that was parsed. */
function rangeOf({ range }: { readonly range?: Range | null | undefined }): Range {
  if (range == null) throw new ManymodelError("internal", "a node of a configuration file has no place in it");
  return range;
}

/** Translates V8's message about a file that is nested deeper than its stack is high. */
const tooDeep = (message: string) => (/call stack/.test(message) ? "nested too deeply" : message);

interface Issue {
  readonly code: string;
  readonly message: string;
  readonly path: PropertyKey[];
  readonly keys?: string[];
  readonly errors?: Issue[][];
}

/** Returns an issue; of a union, the first issue of the alternative that matched furthest. */
function deepest(issue: Issue, oneOf: (words: readonly string[]) => string): Issue {
  if (issue.code !== "invalid_union" || issue.errors === undefined) return issue;
  const inner = issue.errors.flat().find((error) => error.path.length > 0);
  return inner === undefined
    ? { ...issue, message: oneOf([...new Set(issue.errors.map((errors) => at(errors, 0).message))]) }
    : deepest({ ...inner, path: [...issue.path, ...inner.path] }, oneOf);
}

/** Returns the line of a key, or of the nearest one above it that the file has. */
function lineOf(document: import("yaml").Document, keys: PropertyKey[], line: (offset: number) => number): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const key of keys) {
    const items = (
      node as { items?: { key?: { value?: unknown; range?: number[] }; value?: unknown; range?: number[] }[] }
    )?.items;
    if (items === undefined) break;
    const item = typeof key === "number" ? items[key] : items.find((pair) => pair.key?.value === key);
    if (item === undefined) break;
    offset = item.key?.range?.[0] ?? item.range?.[0] ?? offset;
    node = "value" in item && item.key !== undefined ? item.value : item;
  }
  return line(offset);
}
