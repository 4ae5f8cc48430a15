import { mkdirSync } from "node:fs";
import { readdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import { missing, SqlFailure } from "./failure.ts";

/** Stages as folders. */
export class Stages {
  readonly root: string;
  readonly #names = new Set<string>();
  /** Files that PUT or COPY wrote, not a mount. */
  readonly #put = new Set<string>();
  readonly #lagMs: () => number;

  /**
   * @param lagMs - how long a file that was written to a mount is not seen: "There might be a delay before the changes to
   *   files on a stage mount become visible to other containers and Snowflake" (Snowflake stage volumes)
   */
  constructor(root: string, lagMs: () => number) {
    this.root = root;
    this.#lagMs = lagMs;
  }

  /** Notes that the account itself writes a file, which is seen at once. */
  putting(file: string): void {
    this.#put.add(file);
  }

  get names(): string[] {
    return [...this.#names];
  }

  create(name: string): void {
    this.#names.add(name);
    mkdirSync(path.join(this.root, name), { recursive: true });
  }

  /** Returns the folder or file of a location (`@"D"."S"."STAGE"/path`). */
  resolve(location: string): { stage: string; folder: string; relative: string } {
    const match = /^@((?:(?:"(?:[^"]|"")+"|\w+)\.?)+)\/?(.*)$/s.exec(location);
    if (match === null)
      throw new SqlFailure("001003", "42000", `SQL compilation error: not a stage location: ${location}`);
    const stage = objectName(match[1]!);
    if (!this.#names.has(stage)) throw missing("Stage", stage);
    const relative = match[2]!;
    if (relative.split("/").some((part) => part === ".." || part === "."))
      throw new SqlFailure("001003", "42000", `SQL compilation error: invalid stage path: ${location}`);
    return { stage, folder: path.join(this.root, stage), relative };
  }

  /** Returns the files whose path on the stage starts with a prefix, sorted. */
  async list(
    location: string,
  ): Promise<{ name: string; file: string; size: number; modified: Date; relative: string }[]> {
    const { folder, relative, stage } = this.resolve(location);
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
      .filter((name) => name.startsWith(relative))
      .sort();
    const last = stage.split(".").at(-1)!.toLowerCase();
    const listed = await Promise.all(
      files.map(async (name) => {
        const file = path.join(folder, name);
        const { size, mtime: modified } = await stat(file);
        return { name: `${last}/${name}`, relative: name, file, size, modified };
      }),
    );
    const latest = Date.now() - this.#lagMs();
    return listed.filter(({ file, modified }) => this.#put.has(file) || modified.getTime() <= latest);
  }

  async remove(location: string): Promise<string[]> {
    const files = await this.list(location);
    await Promise.all(files.map(({ file }) => rm(file, { force: true })));
    return files.map(({ name }) => name);
  }
}

/** Returns the prefix of a pattern of SHOW … LIKE: a pattern with `%` at its end and nowhere else. */
export const likePrefix = (pattern: string) => pattern.replaceAll("\\_", "_").replace(/%$/, "");

/** Returns the parts of a dotted name: quoted parts unchanged, others in capitals. */
export function nameParts(name: string): string[] {
  return (name.match(/"(?:[^"]|"")+"|[^.\s]+/g) ?? []).map((part) =>
    part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part.toUpperCase(),
  );
}

/** Returns a dotted name in one form, whether it was quoted or not. */
export const objectName = (name: string) => nameParts(name).join(".");
