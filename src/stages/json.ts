import { ManymodelError } from "../core/errors.ts";
import type { Stage } from "../ports/stage.ts";

/** Stores a value on the stage as JSON text. Returns the bytes, for hashing. */
export async function putJson(stage: Stage, path: string, value: unknown): Promise<Uint8Array> {
  const bytes = new TextEncoder().encode(`${JSON.stringify(value)}\n`);
  await stage.put(path, bytes);
  return bytes;
}

/** Reads a JSON file of the stage. @throws {ManymodelError} `not-found`, or `corrupt` if it is not JSON */
export async function getJson<T>(stage: Stage, path: string): Promise<T> {
  return parseJson(await stage.get(path), path);
}

/** Reads the bytes of a JSON file of the stage. @throws {ManymodelError} `corrupt` if they are not JSON */
export function parseJson<T>(bytes: Uint8Array, path: string): T {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as T;
  } catch (cause) {
    throw new ManymodelError("corrupt", `${path} is not readable JSON`, { cause });
  }
}
