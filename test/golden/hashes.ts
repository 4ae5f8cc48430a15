import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const FILE = fileURLToPath(new URL("./hashes.json", import.meta.url));
const COMMAND = "MANYMODEL_GOLDEN=write npx vitest run test/golden";

/** True if results are written to the file instead of being compared with it. */
const IS_WRITING = process.env.MANYMODEL_GOLDEN === "write";

/** Results by name, each as a word for people (a model's kind, an error's type) and a short hash of all its bits. */
export type Items = ReadonlyMap<string, string>;

/** `hashes.json`. An item has one hash, or one for each arithmetic where these differ. */
interface Golden {
  readonly about: string;
  /** The last commit that changed `src` before the hashes were written. */
  readonly code: string;
  /** Bits of the results of `Math`, by version of Node. */
  readonly arithmetics: Record<string, string>;
  readonly items: Record<string, string | Record<string, string>>;
}

/**
 * Returns values as JSON text with sorted keys, to the bit: -0, NaN and infinities as texts, typed arrays as arrays.
 */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner === "number" && (!Number.isFinite(inner) || Object.is(inner, -0)))
      return Object.is(inner, -0) ? "-0" : String(inner);
    if (typeof inner === "bigint") return `${inner}n`;
    if (inner instanceof Float64Array || inner instanceof Int32Array) return Array.from(inner);
    if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** Returns a short hash of values. */
export const hashOf = (value: unknown) => createHash("sha256").update(canonical(value)).digest("hex").slice(0, 10);

/**
 * Names the bits of this Node's `Math`. ECMAScript leaves the last bit of most functions open; V8 of Node 24 has another `pow`
 * than that of Node 20 and 22, and a likelihood's optimum moves with it.
 */
export function arithmetic(): string {
  return (bitsOfMath ??= hashOf(resultsOfMath()));
}
let bitsOfMath: string | undefined;

function resultsOfMath(): number[] {
  const { exp, log, sin, cos, tan, atan, tanh, log1p, expm1, cbrt, log10, log2, hypot, pow } = Math;
  const results: number[] = [];
  for (let i = 1, state = 1; i <= 20_000; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const x = (state / 2 ** 32) * 20;
    for (const f of [exp, log, sin, cos, tan, atan, tanh, log1p, expm1, cbrt, log10, log2]) results.push(f(x));
    results.push(hypot(x, 3), pow(x, x / 3 - 2));
  }
  return results;
}

/** Returns the reason why results cannot be compared on this machine; undefined if they can. */
export function whyNotComparable(): string | undefined {
  if (IS_WRITING || Object.hasOwn(readGolden().arithmetics, arithmetic())) return undefined;
  return `Math of Node ${process.versions.node} rounds as no version in hashes.json does; on the code of then: ${COMMAND}`;
}

/**
 * Compares results with the file's, and returns a line for each that differs, is new, or is gone. While writing, takes
 * them into the file, and returns those that were taken with another hash before.
 *
 * @param isExpected - whether an item of the file, by its name, is to be among the results
 */
export function differences(items: Items, isExpected: (name: string) => boolean): string[] {
  const bits = arithmetic();
  if (IS_WRITING) return write(items, isExpected, bits);
  const { items: golden, code } = readGolden();
  const names = Object.keys(golden).filter(isExpected);
  const changed = names.flatMap((name) => {
    const before = hashAt(golden[name]!, bits);
    const now = items.get(name) ?? "gone";
    return now === before ? [] : [`${name}: ${before} at ${code}, ${now} now`];
  });
  const added = [...items].filter(([name]) => !Object.hasOwn(golden, name));
  return [...changed, ...added.map(([name, hash]) => `${name}: ${hash} now, not there at ${code}`)];
}

const hashAt = (item: string | Record<string, string>, bits: string) => (typeof item === "string" ? item : item[bits]);

const readGolden = () => JSON.parse(readFileSync(FILE, "utf8")) as Golden;

/** The items that this process has written. */
const written = new Map<string, string>();

function write(items: Items, isExpected: (name: string) => boolean, bits: string): string[] {
  const conflicts = [...items].filter(([name, hash]) => (written.get(name) ?? hash) !== hash);
  for (const [name, hash] of items) written.set(name, hash);
  const git = (...args: string[]) => execFileSync("git", args, { encoding: "utf8" }).trim();
  const isChanged = git("status", "--porcelain", "--", "src") !== "";
  const code = `${git("log", "-1", "--format=%h", "--abbrev=7", "--", "src")}${isChanged ? ", changed" : ""}`;
  const before: Golden | undefined = existsSync(FILE) ? readGolden() : undefined;
  const earlier = before !== undefined && before.code === code ? before : undefined;
  const [major] = process.versions.node.split(".");
  const nodes = new Set([...(earlier?.arithmetics[bits]?.match(/\d+/g) ?? []), major!]);
  const arithmetics = { ...earlier?.arithmetics, [bits]: `Node ${[...nodes].sort().join(", ")}` };
  const all = Object.keys(arithmetics).sort();
  const golden: Record<string, string | Record<string, string>> = {};
  for (const name of new Set([...Object.keys(earlier?.items ?? {}), ...items.keys()])) {
    const old = earlier?.items[name];
    const isOurs = isExpected(name);
    if (isOurs && !items.has(name)) continue;
    const hashes = all.flatMap((one) => {
      const hash = isOurs && one === bits ? items.get(name) : old === undefined ? undefined : hashAt(old, one);
      return hash === undefined ? [] : [[one, hash] as const];
    });
    const isSame = new Set(hashes.map(([, hash]) => hash)).size === 1;
    golden[name] = isSame ? hashes[0]![1] : Object.fromEntries(hashes);
  }
  const sorted = Object.fromEntries(Object.entries(golden).sort(([a], [b]) => (a < b ? -1 : 1)));
  const about = `Results of manymodel to the bit, as short hashes. Written by ${COMMAND}, once with each arithmetic below.`;
  writeFileSync(
    FILE,
    `${JSON.stringify({ about, code, arithmetics, items: sorted } satisfies Golden, undefined, 2)}\n`,
  );
  return conflicts.map(([name, hash]) => `${name}: ${hash} here, something else before`);
}
