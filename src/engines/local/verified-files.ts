import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { access } from "node:fs/promises";
import { ManymodelError } from "../../core/errors.ts";

/** A file that never changes once it is written. */
export interface StoredFile {
  readonly file: string;
  /** SHA-256 in hexadecimal; null for a file of a version that kept none. */
  readonly sha256: string | null;
}

/** Returns the SHA-256 of a file in hexadecimal. Reads it in pieces. */
export async function fileChecksum(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(piece);
  return hash.digest("hex");
}

/** Says what is wrong with a file; undefined if it is as it was written, or its checksum is not known. */
export async function findDamage({ file, sha256 }: StoredFile): Promise<string | undefined> {
  try {
    if (sha256 === null) await access(file);
    if (sha256 === null || (await fileChecksum(file)) === sha256) return undefined;
    return `${file} was changed after it was written; its checksum differs`;
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    return missing ? `${file} is missing` : `${file} cannot be read: ${(error as Error).message}`;
  }
}

/** Compares files with their checksums, each once in a process: when it is first read. */
export class VerifiedFiles {
  readonly #known = new Map<string, Promise<string | undefined>>();

  /** Returns the damage of a file; undefined if it has none. */
  damage(stored: StoredFile): Promise<string | undefined> {
    const name = `${stored.sha256} ${stored.file}`;
    const result = this.#known.get(name) ?? findDamage(stored);
    this.#known.set(name, result);
    // What is missing or damaged may be mended.
    void result.then((damage) => damage !== undefined && this.#known.delete(name));
    return result;
  }

  /** @throws {ManymodelError} `corrupt`, or `not-found`, naming the first file that is not as it was, and `remedy` */
  async check(files: readonly StoredFile[], remedy: string): Promise<void> {
    for (const stored of files) {
      const damage = await this.damage(stored);
      if (damage === undefined) continue;
      throw new ManymodelError(damage.endsWith("is missing") ? "not-found" : "corrupt", `${damage}; ${remedy}`);
    }
  }
}
