import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import path from "node:path";

/**
 * Lists the files that a path means, in the order of their names: itself where it is there, else those that it matches as a
 * pattern, in which `*` stands for characters of a name, `?` for one, and `[a-z]` for one of several.
 */
export async function listFiles(file: string): Promise<string[]> {
  const absolute = path.resolve(file);
  if (existsSync(absolute)) return [absolute];
  const { root } = path.parse(absolute);
  let folders = [root];
  for (const name of absolute.slice(root.length).split(path.sep)) {
    const paths = await Promise.all(folders.map((folder) => namesIn(folder, name)));
    folders = paths.flat();
  }
  return folders.sort();
}

/** Returns the paths in a folder of which the name matches; none where it is no folder. */
async function namesIn(folder: string, pattern: string): Promise<string[]> {
  const isThere = (name: string) => existsSync(path.join(folder, name));
  if (!/[*?[]/.test(pattern)) return isThere(pattern) ? [path.join(folder, pattern)] : [];
  const matcher = new RegExp(
    `^${pattern
      .replace(/[.+^${}()|\\]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("?", ".")}$`,
    "s",
  );
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT" && error.code !== "ENOTDIR") throw error;
    return [];
  });
  return names.filter((name) => matcher.test(name)).map((name) => path.join(folder, name));
}
