import { ManymodelError } from "./errors.ts";

/** Returns the error of every engine for a version that does not exist. */
export function unknownVersion(model: string, version: string): ManymodelError {
  return new ManymodelError("not-found", `there is no version ${version} of model ${model}`);
}

/** @throws {ManymodelError} `conflict` if a name is taken by a version or an alias */
export function checkFree(isVersion: boolean, isAlias: boolean, model: string, name: string): void {
  if (isVersion)
    throw new ManymodelError(
      "conflict",
      `${model} has a version ${name} already; versions never change, choose another`,
    );
  if (isAlias)
    throw new ManymodelError("conflict", `${model} has an alias called ${name}; a version must have another name`);
}

/** @throws {ManymodelError} `conflict` if aliases point at a version that is to be deleted */
export function checkUnused(aliases: readonly string[], model: string, version: string): void {
  if (aliases.length > 0)
    throw new ManymodelError(
      "conflict",
      `${aliases.join(", ")} of ${model} points at ${version}; move or remove the alias before deleting the version`,
    );
}

/** A move of an alias: where it points, where it shall point, and where the caller expects it to point. */
export interface AliasMove {
  readonly before: string | undefined;
  /** Null removes the alias. */
  readonly version: string | null;
  /** Left out if the caller expects nothing in particular. */
  readonly expected: string | null | undefined;
  /** True if a version has the alias's name. */
  readonly isVersion: boolean;
}

/** @throws {ManymodelError} what `moveAlias` throws for a move that cannot be made */
export function checkMove(model: string, alias: string, { before, version, expected, isVersion }: AliasMove): void {
  if (isVersion)
    throw new ManymodelError("conflict", `${model} has a version called ${alias}; an alias must have another name`);
  if (version === null && before === undefined) throw new ManymodelError("not-found", `${model} has no alias ${alias}`);
  if (expected !== undefined && (before ?? null) !== expected)
    throw new ManymodelError(
      "conflict",
      `${alias} of ${model} points at ${before ?? "nothing"}, not at ${expected ?? "nothing"}; read it again before you move it`,
    );
}
