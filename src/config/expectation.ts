import type { z } from "zod";
import { at } from "../core/aligned.ts";

/**
 * Says what a value of the configuration must be, in plain words that follow "it must be"; for an unknown key, which
 * one was probably meant. Zod asks for it wherever the schema itself does not say.
 */
export function expectation(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return TYPES[issue.expected as string] ?? `of type ${issue.expected}`;
    case "invalid_value":
      return oneOf((issue.values as unknown[]).map((value) => JSON.stringify(value)));
    case "too_small":
      if (issue.origin === "string") return "a text that is not empty";
      if (issue.origin === "array") return `a list of at least ${issue.minimum}`;
      return `${issue.inclusive ? "at least" : "above"} ${issue.minimum}`;
    case "too_big":
      return `${issue.inclusive ? "at most" : "below"} ${issue.maximum}`;
    case "unrecognized_keys":
      return unknownKey(at(issue.keys as string[], 0), keysOf(issue));
    default:
      return "something else";
  }
}

type Issue = Parameters<z.core.$ZodErrorMap>[0];

const TYPES: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a block of keys",
  record: "a block of keys",
};

/** Joins words as `a, b or c`. */
export const oneOf = (words: readonly string[]): string =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;

/** Returns the keys of the block that an unknown one was found in. */
function keysOf(issue: Issue): string[] {
  const { def } = (issue.inst as unknown as { _zod: { def: { shape?: object } } })._zod;
  return Object.keys(def.shape ?? {});
}

function unknownKey(key: string, names: readonly string[]): string {
  const [nearest] = names
    .map((name) => ({ name, distance: editDistance(key.toLowerCase(), name) }))
    .filter(({ name, distance }) => distance <= Math.max(1, Math.floor(name.length / 3)))
    .sort((a, b) => a.distance - b.distance);
  return nearest === undefined
    ? `the keys here are ${names.join(", ")}`
    : `did you mean ${nearest.name}? The keys here are ${names.join(", ")}`;
}

/** Counts the letters to insert, leave out or change to make one word of another (Levenshtein). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(at(row, j) + 1, at(next, j - 1) + 1, at(row, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return at(row, b.length);
}
