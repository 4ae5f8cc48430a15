import { ManymodelError, show } from "./errors.ts";

const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/**
 * A duration in milliseconds: `"90s"`, `"10m"`, `"1h30m"`, `"500ms"`, or a number of seconds.
 *
 * @param what - what the duration is for, for the error message
 * @throws {ManymodelError} `usage` unless it is a positive duration
 */
export function parseDuration(what: string, value: string | number): number {
  const text = typeof value === "number" ? `${value}s` : value.trim();
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  const whole = parts.map(([part]) => part).join("");
  const ms = parts.reduce((sum, [, n, unit]) => sum + Number(n) * UNIT_MS[unit as keyof typeof UNIT_MS], 0);
  if (whole !== text.replaceAll(" ", "") || !(ms > 0) || !Number.isFinite(ms))
    throw new ManymodelError("usage", `${what} is ${show(value)}; it must be a duration such as 90s, 10m or 1h30m`);
  return ms;
}
