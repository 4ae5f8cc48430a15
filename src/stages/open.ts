import { fileURLToPath } from "node:url";
import { ManymodelError, messageOf, show } from "../core/errors.ts";
import type { Stage, StageAddress } from "../ports/stage.ts";
import { directoryStage } from "./directory.ts";
import { s3Stage } from "./s3.ts";

/** Opens a stage by its address. @throws {ManymodelError} `config` for an address that is none */
export function openStage(address: StageAddress): Stage {
  const directory = stageDirectory(address);
  return directory === undefined ? s3Stage(address) : directoryStage(directory);
}

/** Checks that a stage's URL is one, without opening anything. @throws {ManymodelError} `config`, saying `where` it is */
export function checkStageUrl(url: string, where: string): void {
  try {
    openStage({ url });
  } catch (cause) {
    throw cause instanceof ManymodelError
      ? new ManymodelError(cause.kind, `${where}: ${cause.message}`, { cause })
      : cause;
  }
}

/**
 * Returns the directory that a stage is in, or undefined if it is in S3.
 *
 * @throws {ManymodelError} `config` for an address that is none
 */
export function stageDirectory({ url }: StageAddress): string | undefined {
  if (/^s3:\/\//i.test(url)) return undefined;
  if (!/^[a-z0-9+.-]+:/i.test(url)) return url;
  try {
    return fileURLToPath(url);
  } catch (cause) {
    throw new ManymodelError(
      "config",
      `the stage ${show(url)} cannot be used (${messageOf(cause)}); give a directory, file:///… or s3://bucket/prefix`,
      { cause },
    );
  }
}
