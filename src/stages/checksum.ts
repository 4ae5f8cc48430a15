import { createHash } from "node:crypto";
import { ManymodelError } from "../core/errors.ts";
import type { Stage } from "../ports/stage.ts";

/** Returns the checksum of what is stored on the stage: SHA-256, in hexadecimal. */
export function checksum(data: Uint8Array | string): string {
  return createHash("sha256").update(data).digest("hex");
}

/** Returns the checksum of a value as `putJson` stores it. */
export function jsonChecksum(value: unknown): string {
  return checksum(`${JSON.stringify(value)}\n`);
}

/**
 * Returns the bytes under a path, if they are the ones that were checked in.
 *
 * @throws {ManymodelError} `corrupt` with `why` if not, or if they are gone: whoever asks was told that they are there
 */
export async function getVerified(stage: Stage, path: string, sha256: string, why: string): Promise<Uint8Array> {
  const bytes = await stage.get(path).catch((error: unknown) => {
    if (!(error instanceof ManymodelError) || error.kind !== "not-found") throw error;
    throw new ManymodelError("corrupt", `${error.message} any more; restore it from a backup`, { cause: error });
  });
  if (checksum(bytes) !== sha256) throw new ManymodelError("corrupt", `${path} was changed after ${why}`);
  return bytes;
}
