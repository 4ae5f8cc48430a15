import { show } from "../core/errors.ts";
import { isThenable } from "../core/thenable.ts";
import type { AnyModelDefinition } from "./define-model.ts";
import { InvalidReturn } from "./return-contract.ts";

/** The property of an object that stands for a value which JSON has not: `{ "$": ["Float32Array", "AACAPw=="] }`. */
const MARK = "$";

/** Kinds of bytes: views of a buffer by name, and how to make one of a buffer. */
const VIEWS: Readonly<Record<string, (buffer: ArrayBuffer) => ArrayBufferView | ArrayBuffer>> = {
  ArrayBuffer: (buffer) => buffer,
  DataView: (buffer) => new DataView(buffer),
  Int8Array: (buffer) => new Int8Array(buffer),
  Uint8Array: (buffer) => new Uint8Array(buffer),
  Uint8ClampedArray: (buffer) => new Uint8ClampedArray(buffer),
  Int16Array: (buffer) => new Int16Array(buffer),
  Uint16Array: (buffer) => new Uint16Array(buffer),
  Int32Array: (buffer) => new Int32Array(buffer),
  Uint32Array: (buffer) => new Uint32Array(buffer),
  Float32Array: (buffer) => new Float32Array(buffer),
  Float64Array: (buffer) => new Float64Array(buffer),
};

/**
 * Returns a definition whose models are plain data. One with `load` keeps what `save` makes of a model (without `save` what
 * its `toJSON` gives), and gives `predict`, `update`, `judge` and `complete` what `load` makes of that.
 */
export function withStoredModels(definition: AnyModelDefinition): AnyModelDefinition {
  const { load, save, predict, update, judge, complete } = definition;
  if (load === undefined) return definition;
  const store = (returned: unknown): unknown => {
    const model: unknown = (returned as { model?: unknown } | null | undefined)?.model;
    if (typeof model !== "object" || model === null) return returned;
    const { kind } = model as { readonly kind?: unknown };
    return onceKnown(save === undefined ? model : save(model), (saved) => ({
      ...(returned as object),
      model: {
        ...(typeof kind === "string" && { kind }),
        saved: toPlain(saved, save === undefined ? "model" : "save"),
      },
    }));
  };
  const loaded = (context: object, call: (context: never) => unknown): unknown => {
    const { saved } = (context as { readonly model: { readonly saved: unknown } }).model;
    return onceKnown(load(fromPlain(saved)), (model) => call(Object.assign(context, { model }) as never));
  };
  return {
    ...definition,
    fit: (context) => onceKnown(definition.fit(context), store) as never,
    ...(predict !== undefined && { predict: (context) => loaded(context, predict) as never }),
    ...(update !== undefined && { update: (context) => onceKnown(loaded(context, update), store) as never }),
    ...(judge !== undefined && { judge: (context) => onceKnown(loaded(context, judge), store) as never }),
    ...(complete !== undefined && { complete: (context) => onceKnown(loaded(context, complete), store) as never }),
  };
}

/** Goes on with a value: now, or once it is there. */
function onceKnown(value: unknown, next: (value: unknown) => unknown): unknown {
  return isThenable(value) ? value.then(next) : next(value);
}

/**
 * Returns a value as plain data that `fromPlain` gives back: bytes, and numbers that are not finite, included. An object with
 * `toJSON` becomes what that gives, another class instance its own properties, as in JSON.
 *
 * @throws {InvalidReturn} for a function, a symbol, a bigint, a Map, a Set, or what refers to itself
 */
function toPlain(value: unknown, path: string, ancestors: readonly object[] = []): unknown {
  if (typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0)))
    return { [MARK]: ["Number", Object.is(value, -0) ? "-0" : String(value)] };
  if (value === null || value === undefined) return null;
  if (typeof value === "number" || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value !== "object") throw new InvalidReturn(`${path} is ${show(value)}, which cannot be stored`);
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  if (tag === "Map" || tag === "Set")
    throw new InvalidReturn(`${path} is a ${tag}, of which JSON keeps nothing; save its entries: [...x]`);
  if (ancestors.includes(value)) throw new InvalidReturn(`${path} refers to itself, so it cannot be stored`);
  if (Object.hasOwn(VIEWS, tag)) return { [MARK]: [tag, toBase64(bytesOf(value as ArrayBufferView | ArrayBuffer))] };
  const deeper = [...ancestors, value];
  if (Array.isArray(value)) return value.map((item, i) => toPlain(item, `${path}[${i}]`, deeper));
  const { toJSON } = value as { readonly toJSON?: unknown };
  if (typeof toJSON === "function") return toPlain(toJSON.call(value), path, deeper);
  const entries = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .map(([name, item]) => [name, toPlain(item, `${path}.${name}`, deeper)]);
  const plain: object = Object.fromEntries(entries);
  return Object.hasOwn(plain, MARK) ? { [MARK]: ["Object", plain] } : plain;
}

/** Returns the value that `toPlain` made plain. */
function fromPlain(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(fromPlain);
  const marked = (value as { readonly [MARK]?: readonly [string, unknown] })[MARK];
  const properties = (of: unknown) =>
    Object.fromEntries(Object.entries(of as object).map(([name, item]) => [name, fromPlain(item)]));
  if (marked === undefined) return properties(value);
  const [type, stored] = marked;
  if (type === "Number") return Number(stored);
  return type === "Object" ? properties(stored) : VIEWS[type]?.(fromBase64(String(stored)));
}

const bytesOf = (value: ArrayBufferView | ArrayBuffer) =>
  ArrayBuffer.isView(value) ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : new Uint8Array(value);

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

const VALUES = Uint8Array.from({ length: 128 }, (_, code) => Math.max(0, DIGITS.indexOf(String.fromCharCode(code))));

/** Returns the base64 (RFC 4648, section 4), also where there is neither `Buffer` nor `btoa`. */
function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 3) {
    const bits = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    text += DIGITS.charAt(bits >> 18) + DIGITS.charAt((bits >> 12) & 63);
    text += i + 1 < bytes.length ? DIGITS.charAt((bits >> 6) & 63) : "=";
    text += i + 2 < bytes.length ? DIGITS.charAt(bits & 63) : "=";
  }
  return text;
}

function fromBase64(text: string): ArrayBuffer {
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const bytes = new Uint8Array((text.length * 3) / 4 - padding);
  const at = (i: number) => VALUES[text.charCodeAt(i)] ?? 0;
  for (let i = 0, to = 0; i < text.length; i += 4) {
    const bits = (at(i) << 18) | (at(i + 1) << 12) | (at(i + 2) << 6) | at(i + 3);
    // A byte beyond the end of a typed array is not written.
    bytes[to++] = bits >> 16;
    bytes[to++] = bits >> 8;
    bytes[to++] = bits;
  }
  return bytes.buffer;
}
