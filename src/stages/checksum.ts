import { createHash } from "node:crypto";
import { ManymodelError } from "../core/errors.ts";
import type { Stage } from "../ports/stage.ts";

/** The checksum of what is stored on the stage: SHA-256, in hexadecimal. */
export function checksum(data: Uint8Array | string): string {
  return createHash("sha256").update(data).digest("hex");
}

/** The checksum of a value as `putJson` stores it. */
export function jsonChecksum(value: unknown): string {
  return checksum(`${JSON.stringify(value)}\n`);
}

/** The bytes under a path, if they are the ones that were checked in. @throws {ManymodelError} `corrupt` with `why` if not */
export async function getVerified(stage: Stage, path: string, sha256: string, why: string): Promise<Uint8Array> {
  const bytes = await stage.get(path);
  if (checksum(bytes) !== sha256) throw new ManymodelError("corrupt", `${path} was changed after ${why}`);
  return bytes;
}
