/** The size of JSON text by its structure, as parsing would build it. */
export interface JsonSize {
  /** Values, lists and objects and all within them included. Names of members are none. */
  readonly values: number;
  /** The depth of nested lists and objects: 0 for a single number. */
  readonly depth: number;
}

/**
 * Measures JSON text without parsing it, in linear time and constant memory. Text that is not JSON has some size too, which
 * says nothing.
 *
 * @param most - measuring stops where the text exceeds this
 */
export function jsonSize(text: string, most: JsonSize): JsonSize {
  let [values, depth, deepest] = [1, 0, 0];
  /** True if the last character that is not blank opened a list or an object. */
  let opened = false;
  for (let i = 0; i < text.length && values <= most.values && deepest <= most.depth; i++) {
    const character = text[i];
    if (character === " " || character === "\n" || character === "\r" || character === "\t") continue;
    const closes = character === "]" || character === "}";
    if (opened && !closes) values++;
    opened = character === "[" || character === "{";
    if (opened) deepest = Math.max(deepest, ++depth);
    else if (closes) depth--;
    else if (character === ",") values++;
    else if (character === '"') i = endOfString(text, i);
  }
  return { values, depth: deepest };
}

/** Returns the place of the quote that ends the string that begins at a place, or the text's end. */
function endOfString(text: string, begin: number): number {
  for (let end = text.indexOf('"', begin + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let escapes = 0;
    while (text[end - 1 - escapes] === "\\") escapes++;
    if (escapes % 2 === 0) return end;
  }
  return text.length;
}
