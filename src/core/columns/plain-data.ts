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
export function whyNotPlain(value: unknown, path: string): string | undefined {
  const fault = faultOf(value, []);
  return fault === undefined ? undefined : path + fault;
}

/** Returns what follows a value's path in the explanation: only that of a fault is ever put together. */
function faultOf(value: unknown, ancestors: object[]): string | undefined {
  switch (typeof value) {
    case "string":
    case "boolean":
      return undefined;
    case "number":
      return Number.isFinite(value) ? undefined : ` is ${value}; plain data holds finite numbers only`;
    case "object":
      break;
    default:
      return ` is ${show(value)}; plain data holds numbers, strings, booleans, null, arrays and objects`;
  }
  if (value === null) return undefined;
  if (ancestors.includes(value)) return " refers to itself";
  if (ancestors.length > 64) return " is nested more than 64 levels deep";
  ancestors.push(value);
  const fault = Array.isArray(value) ? faultOfItems(value, ancestors) : faultOfObject(value, ancestors);
  ancestors.pop();
  return fault;
}

function faultOfItems(items: readonly unknown[], ancestors: object[]): string | undefined {
  for (let i = 0; i < items.length; i++) {
    const fault = faultOf(items[i], ancestors);
    if (fault !== undefined) return `[${i}]${fault}`;
  }
  return undefined;
}

function faultOfObject(value: object, ancestors: object[]): string | undefined {
  if (ArrayBuffer.isView(value)) return ` is a ${value.constructor.name}; return Array.from(...) instead`;
  if (value instanceof Date) return " is a Date; return its toISOString() or getTime() instead";
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null)
    return ` is a ${value.constructor?.name ?? "class instance"}; only plain objects can be kept`;
  const properties = value as { readonly [key: string]: unknown };
  for (const key of Object.keys(properties)) {
    const item = properties[key];
    if (item === undefined) continue;
    if (key === "__proto__") return ' has a property "__proto__", which a copy would take for its prototype';
    const fault = faultOf(item, ancestors);
    if (fault !== undefined) return `.${key}${fault}`;
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
