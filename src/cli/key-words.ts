import { ManymodelError } from "../core/errors.ts";
import { decodeKey, encodeKey, type KeyColumn, parseKey } from "../core/partition-key.ts";

/**
 * Returns the encoded keys that words on the command line may mean, the likeliest first: a word for each key column as
 * its value, or one word as PARTITION_KEY shows it.
 *
 * @throws {ManymodelError} `usage` if the words are neither
 */
export function keysFromWords(columns: readonly KeyColumn[], words: readonly string[]): string[] {
  const meanings: string[] = [];
  let why = `a key is ${columns.map(({ name }) => name).join(", ")}, but ${words.length === 1 ? "1 word was" : `${words.length} words were`} given`;
  if (words.length === columns.length)
    try {
      meanings.push(encodeKey(columns, parseKey(columns, words)));
    } catch (error) {
      why = (error as Error).message;
    }
  const [only, ...others] = words;
  if (only !== undefined && others.length === 0)
    try {
      const { key } = decodeKey(only);
      if (key.length === columns.length) meanings.push(only);
    } catch {}
  if (meanings.length > 0) return meanings;
  throw new ManymodelError("usage", `${why}; give one word for each column, or one as in PARTITION_KEY`);
}
