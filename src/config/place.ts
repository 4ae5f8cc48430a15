/** The line of each key of a configuration file, by its path: `train.exports`. */
export type KeyLines = Readonly<Record<string, number>>;

/**
 * Returns the place of a key in a configuration: `manymodel.yaml:12: train.exports`. The line is that of the nearest
 * key above where it has none, and is left out where the configuration came from no file.
 */
export function placeOf({ file, lines }: { readonly file: string; readonly lines?: KeyLines }, key: string): string {
  for (let path = key; path !== ""; path = path.slice(0, Math.max(0, path.lastIndexOf("."))))
    if (lines !== undefined && Object.hasOwn(lines, path)) return `${file}:${lines[path]}: ${key}`;
  return `${file}: ${key}`;
}

/** Returns the lines of a document's keys. */
export function keyLines(document: import("yaml").Document, lineAt: (offset: number) => number): KeyLines {
  const lines: Record<string, number> = {};
  const visit = (node: unknown, above: string) => {
    const { items } = (node ?? {}) as {
      items?: readonly { key?: { value?: unknown; range?: readonly [number, number, number] }; value?: unknown }[];
    };
    for (const { key, value } of items ?? []) {
      if (key?.range === undefined) continue;
      const path = above === "" ? String(key.value) : `${above}.${key.value}`;
      lines[path] = lineAt(key.range[0]);
      visit(value, path);
    }
  };
  visit(document.contents, "");
  return lines;
}
