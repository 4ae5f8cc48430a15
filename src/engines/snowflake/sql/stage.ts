import { pathToFileURL } from "node:url";
import { literal } from "../literal.ts";
import type { Names } from "../names.ts";

/** Returns statements that move files between the stage and this machine. */
export function stageStatements(names: Names) {
  return {
    put: (file: string, folder: string) =>
      `PUT ${fileLiteral(file)} ${names.location(folder)} AUTO_COMPRESS = FALSE OVERWRITE = TRUE`,
    get: (path: string, folder: string) => `GET ${names.location(path)} ${fileLiteral(folder)}`,
    list: (prefix: string) => `LIST ${names.location(prefix)}`,
    remove: (prefix: string) => `REMOVE ${names.location(prefix)}`,
  };
}

/** Returns a file of this machine, as PUT and GET take it: with its path as it is, not encoded. */
const fileLiteral = (file: string) => literal(`file://${decodeURIComponent(pathToFileURL(file).pathname)}`);
