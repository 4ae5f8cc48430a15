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

/** Reads a JSON file of the stage, or undefined without such a file. @throws {ManymodelError} `corrupt` if it is not JSON */
export async function findJson<T>(stage: Stage, path: string): Promise<T | undefined> {
  return getJson<T>(stage, path).catch((error: unknown) => {
    if (error instanceof ManymodelError && error.kind === "not-found") return undefined;
    throw error;
  });
}

/** Reads the bytes of a JSON file of the stage. @throws {ManymodelError} `corrupt` if they are not JSON */
export function parseJson<T>(bytes: Uint8Array, path: string): T {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as T;
  } catch (cause) {
    throw new ManymodelError("corrupt", `${path} is not readable JSON`, { cause });
  }
}
