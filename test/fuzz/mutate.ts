import type { Random } from "../../packages/forecast/src/stats/random.ts";

/** The result of a fuzzer. */
export interface FuzzReport {
  readonly inputs: number;
  /** The number of accepted inputs; all others were refused, as they should be. */
  readonly accepted: number;
  /** Inputs for which something else happened, and what. */
  readonly failures: readonly { readonly input: string; readonly why: string }[];
  readonly slowestMs: number;
}

export const pick = <T>(uniform: Random, items: readonly T[]): T => items[Math.floor(uniform() * items.length)]!;

/** Returns a whole number from 0 to `below` - 1. */
export const below = (uniform: Random, limit: number): number => Math.floor(uniform() * limit);

const CHARACTERS = [
  "\0",
  "\t",
  "\n",
  "\r",
  "\u007f",
  "\u0085",
  "\u2028",
  "\ufeff",
  "\ud800",
  "\udc00",
  "é",
  "𝒳",
  "%",
  ",",
  ":",
];

/** Returns a short text of anything: ASCII, control characters, lone surrogates, what escapes and separates. */
export function anyText(uniform: Random, longest = 12): string {
  let text = "";
  for (let n = below(uniform, longest + 1); n > 0; n--)
    text +=
      uniform() < 0.6
        ? String.fromCharCode(32 + below(uniform, 95))
        : uniform() < 0.8
          ? pick(uniform, CHARACTERS)
          : String.fromCharCode(below(uniform, 65536));
  return text;
}

/** Returns a text with some of it deleted, doubled, moved, overwritten, or with pieces put in. */
export function mutate(uniform: Random, text: string, pieces: readonly string[]): string {
  let result = text;
  for (let n = 1 + below(uniform, 4); n > 0; n--) {
    const from = below(uniform, result.length + 1);
    const to = Math.min(result.length, from + below(uniform, 12));
    const [before, some, after] = [result.slice(0, from), result.slice(from, to), result.slice(to)];
    switch (below(uniform, 6)) {
      case 0:
        result = before + after;
        break;
      case 1:
        result = before + some + some + after;
        break;
      case 2:
        result = before + anyText(uniform, 4) + after;
        break;
      case 3:
        result = after + some + before;
        break;
      case 4:
        result = before + pick(uniform, CHARACTERS) + some + after;
        break;
      default:
        result = before + pick(uniform, pieces) + some + after;
    }
  }
  return result;
}
