import { randomUUID } from "node:crypto";
import { mkdir, open, rename, unlink } from "node:fs/promises";
import path from "node:path";
import { ManymodelError, messageOf } from "../core/errors.ts";

/** Makes sure that a folder exists. @throws {ManymodelError} `storage` if it cannot be made */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (cause) {
    // On a read-only file system, Node says of a folder in a folder that it does not exist.
    const why = (cause as NodeJS.ErrnoException).code === "ENOENT" ? "read-only file system" : messageOf(cause);
    throw new ManymodelError("storage", `cannot make the folder ${folder}: ${why}`, { cause });
  }
}

/** Writes a file so that it is there whole or not at all, even after a power loss. */
export async function writeWhole(file: string, bytes: Uint8Array): Promise<void> {
  const temporary = path.join(path.dirname(file), `.${randomUUID()}.tmp`);
  try {
    const handle = await open(temporary, "wx");
    try {
      await handle.writeFile(bytes);
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    // On a full disk, half of a file takes what space there is.
    await unlink(temporary).catch(() => {});
    throw error;
  }
}
