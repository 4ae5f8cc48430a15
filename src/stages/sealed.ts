import { ManymodelError } from "../core/errors.ts";
import type { Stage } from "../ports/stage.ts";
import { jsonChecksum } from "./checksum.ts";

/** Returns an object as JSON text with its own checksum as the last entry, for what nothing else keeps one of. */
export const seal = (value: object): string => JSON.stringify({ ...value, checksum: jsonChecksum(value) });

/** The end of a text with a checksum, whatever the name of its entry was. */
const SEAL = /"[0-9a-f]{64}"\}\s*$/;

/**
 * Reads JSON text, and compares it with its checksum if it is one that `seal` made. Others are read as they are.
 *
 * @param damaged - says what is damaged, and what to do
 * @throws {ManymodelError} `corrupt` with that message if the text is no JSON, or was changed
 */
export function unseal<T>(text: string, damaged: string): T {
  let value: T & { readonly checksum?: unknown };
  try {
    value = JSON.parse(text) as T & { readonly checksum?: unknown };
  } catch (cause) {
    throw new ManymodelError("corrupt", damaged, { cause });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const { checksum, ...rest } = value;
  if (checksum === undefined && !SEAL.test(text.slice(-80))) return value;
  if (jsonChecksum(rest) !== checksum) throw new ManymodelError("corrupt", damaged);
  return rest as unknown as T;
}

/** Stores an object on the stage as JSON with its own checksum. */
export async function putSealed(stage: Stage, path: string, value: object): Promise<void> {
  await stage.put(path, new TextEncoder().encode(`${seal(value)}\n`));
}

/**
 * Reads an object that `putSealed` stored. Files of earlier versions have no checksum, and are read as they are.
 *
 * @throws {ManymodelError} `not-found`, or `corrupt` if the file was changed
 */
export async function getSealed<T extends object>(stage: Stage, path: string): Promise<T> {
  const text = new TextDecoder().decode(await stage.get(path));
  return unseal<T>(text, `${path} was changed after it was written; its checksum differs`);
}
