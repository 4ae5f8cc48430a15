import { show } from "../errors.ts";

/** Any value that survives JSON unchanged. */
export type PlainData =
  | null
  | boolean
  | number
  | string
  | readonly PlainData[]
  | { readonly [key: string]: PlainData | undefined };

/**
 * Explains why a value is not plain data; undefined if it is. Plain data survives `JSON.parse(JSON.stringify(x))` with
 * the same bits: finite numbers, strings, booleans, null, arrays and plain objects of those. Object properties that are
 * `undefined` are allowed and not stored.
 *
 * @param path - how messages name the value, for example `model`
 */
export function whyNotPlain(value: unknown, path: string, ancestors: readonly object[] = []): string | undefined {
  switch (typeof value) {
    case "string":
    case "boolean":
      return undefined;
    case "number":
      return Number.isFinite(value) ? undefined : `${path} is ${value}; plain data holds finite numbers only`;
    case "object":
      break;
    default:
      return `${path} is ${show(value)}; plain data holds numbers, strings, booleans, null, arrays and objects`;
  }
  if (value === null) return undefined;
  if (ancestors.includes(value)) return `${path} refers to itself`;
  if (ancestors.length > 64) return `${path} is nested more than 64 levels deep`;
  const deeper = [...ancestors, value];
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const why = whyNotPlain(value[i], `${path}[${i}]`, deeper);
      if (why !== undefined) return why;
    }
    return undefined;
  }
  if (ArrayBuffer.isView(value)) return `${path} is a ${value.constructor.name}; return Array.from(...) instead`;
  if (value instanceof Date) return `${path} is a Date; return its toISOString() or getTime() instead`;
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null)
    return `${path} is a ${value.constructor?.name ?? "class instance"}; only plain objects can be kept`;
  for (const [key, item] of Object.entries(value)) {
    if (item === undefined) continue;
    if (key === "__proto__") return `${path} has a property "__proto__", which a copy would take for its prototype`;
    const why = whyNotPlain(item, `${path}.${key}`, deeper);
    if (why !== undefined) return why;
  }
  return undefined;
}

/** Freezes exports, all the way down: every partition that a worker meets sees them, and none may change them for the next. */
export function deepFreeze(value: PlainData): PlainData {
  if (typeof value === "object" && value !== null) {
    Object.freeze(value);
    for (const item of Object.values(value)) if (item !== undefined) deepFreeze(item);
  }
  return value;
}
