import { ManymodelError } from "../core/errors.ts";
import type { Stage } from "../ports/stage.ts";
import { jsonChecksum } from "./checksum.ts";
import { parseJson, putJson } from "./json.ts";

/** Stores an object on the stage as JSON, with its own checksum as the last entry: nothing else keeps one. */
export async function putSealed(stage: Stage, path: string, value: object): Promise<void> {
  await putJson(stage, path, { ...value, checksum: jsonChecksum(value) });
}

/** How a file with a checksum ends, whatever became of that entry's name. */
const SEAL = /"[0-9a-f]{64}"\}\s*$/;

/**
 * Reads an object that `putSealed` stored. Files of earlier versions have no checksum, and are read as they are.
 *
 * @throws {ManymodelError} `not-found`, or `corrupt` if the file was changed
 */
export async function getSealed<T extends object>(stage: Stage, path: string): Promise<T> {
  const bytes = await stage.get(path);
  const { checksum, ...value } = parseJson<T & { readonly checksum?: string }>(bytes, path);
  const isSealed = checksum !== undefined || SEAL.test(new TextDecoder().decode(bytes.subarray(-80)));
  if (isSealed && jsonChecksum(value) !== checksum)
    throw new ManymodelError("corrupt", `${path} was changed after it was written; its checksum differs`);
  return value as unknown as T;
}
