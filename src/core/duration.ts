import { ManymodelError, show } from "./errors.ts";

const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/** Durations as text: `90s`, `1h30m`, `60d`, or in ISO 8601 `P60D`, `P8W`, `PT36H`. Months and years have no fixed length. */
export const DURATION =
  /^\s*((\d+(\.\d+)?(ms|s|m|h|d|w)\s*)+|P(?=.)(\d+W)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?\s*)$/;

/**
 * Returns a duration in milliseconds: `"90s"`, `"10m"`, `"1h30m"`, `"500ms"`, `"60d"`, `"P60D"`, or a number of seconds.
 *
 * @param name - what the duration is for, for the error message
 * @throws {ManymodelError} `usage` unless it is a positive duration
 */
export function parseDuration(name: string, value: string | number): number {
  const text = typeof value === "number" ? `${value}s` : value.trim();
  const isDuration = DURATION.test(text);
  const parts = isDuration ? text.toLowerCase().matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d|w)/g) : [];
  const ms = [...parts].reduce((sum, [, n, unit]) => sum + Number(n) * UNIT_MS[unit as keyof typeof UNIT_MS], 0);
  if (!(ms > 0) || !Number.isFinite(ms))
    throw new ManymodelError(
      "usage",
      `${name} is ${show(value)}; it must be a duration such as 90s, 10m, 1h30m or 60d`,
    );
  return ms;
}
