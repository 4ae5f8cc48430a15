import type { QueryResult } from "../../ports/tables.ts";

type Version = { readonly model: string; readonly version: string };
type Cell = QueryResult["rows"][number][number] | undefined;

export const number = (value: Cell) =>
  value === null || value === undefined || !Number.isFinite(Number(value)) ? null : Number(value);
export const text = (value: Cell) => (value === null || value === undefined ? null : String(value));

/** A text in SQL. A backslash, with which some databases escape, is said by its number. */
export const literal = (value: string) =>
  value
    .split("\\")
    .map((part) => `'${part.replaceAll("'", "''")}'`)
    .join(" || CHR(92) || ");

/** Which rows are of a version. */
export const ofVersion = ({ model, version }: Version) =>
  `MODEL_NAME = ${literal(model)} AND MODEL_VERSION = ${literal(version)}`;

/** Which rows of the status table are of a version's latest monitoring run. */
export const latestOf = (status: string, version: Version) =>
  `${ofVersion(version)} AND MONITORED_AT = (SELECT MAX(MONITORED_AT) FROM ${status} WHERE ${ofVersion(version)})`;
