import { isMainThread } from "node:worker_threads";

/** Built-in objects by name. */
const BUILT_INS: readonly (readonly [name: string, object: object])[] = namedObjects();

function namedObjects(): [string, object][] {
  const objects: [string, object][] = [["globalThis", globalThis]];
  const names = [
    ...["Object", "Function", "Array", "String", "Number", "Boolean", "Symbol", "BigInt", "Date", "RegExp", "Promise"],
    ...["Map", "Set", "WeakMap", "WeakSet", "WeakRef", "Proxy", "Math", "JSON", "Reflect", "Atomics", "Intl"],
    ...["Error", "TypeError", "RangeError", "SyntaxError", "AggregateError", "ArrayBuffer", "SharedArrayBuffer"],
    ...["DataView", "Float64Array", "Float32Array", "Int8Array", "Int16Array", "Int32Array", "Uint8Array"],
    ...["Uint8ClampedArray", "Uint16Array", "Uint32Array", "BigInt64Array", "BigUint64Array"],
  ];
  for (const name of names) {
    const object: unknown = Reflect.get(globalThis, name);
    if (!isObject(object)) continue;
    objects.push([name, object]);
    const prototype: unknown = Reflect.get(object, "prototype");
    if (isObject(prototype)) objects.push([`${name}.prototype`, prototype]);
  }
  const typedArray: unknown = Object.getPrototypeOf(Float64Array);
  const iterator: unknown = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]()));
  for (const [name, object] of [
    ["TypedArray", typedArray],
    ["TypedArray.prototype", Object.getPrototypeOf(Float64Array.prototype)],
    ["Iterator.prototype", iterator],
    ["ArrayIterator.prototype", Object.getPrototypeOf([][Symbol.iterator]())],
  ] as const)
    if (isObject(object)) objects.push([name, object]);
  return objects;
}

function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

/** A property as it was: what a later one is compared with. */
interface Known {
  readonly key: string | symbol;
  readonly value: unknown;
  readonly get: unknown;
  readonly set: unknown;
}

const propertiesOf = (object: object): Known[] =>
  Reflect.ownKeys(object).map((key) => {
    const { value, get, set } = Object.getOwnPropertyDescriptor(object, key) ?? {};
    return { key, value: value as unknown, get, set };
  });

/**
 * Remembers the built-in objects of this thread (`Object.prototype`, `Math`, `JSON`, the globals, …).
 *
 * @returns names what has been changed, added or removed since; empty if nothing was
 */
export function watchRealm(): () => string[] {
  const before = BUILT_INS.map(([, object]) => propertiesOf(object));
  return () => BUILT_INS.flatMap(([name, object], i) => changesOf(name, object, before[i] ?? []));
}

/**
 * Tells whether a global is one that Node adds when a part of it is first used: `fetch` of Node 24 has its dispatcher
 * there.
 */
function isOfNode(key: string | symbol): boolean {
  return typeof key === "symbol" && /^(undici|nodejs)\./.test(Symbol.keyFor(key) ?? "");
}

function changesOf(name: string, object: object, properties: readonly Known[]): string[] {
  const left = new Map(properties.map((property) => [property.key, property]));
  const changed: (string | symbol)[] = [];
  for (const { key, value, get, set } of propertiesOf(object)) {
    const before = left.get(key);
    left.delete(key);
    if (before === undefined) {
      if (object !== globalThis || !isOfNode(key)) changed.push(key);
    }
    // Node makes some globals when they are first read: an accessor that became a value.
    else if (object === globalThis && before.get !== undefined) continue;
    else if (!Object.is(value, before.value) || get !== before.get || set !== before.set) changed.push(key);
  }
  return [...changed, ...left.keys()].map((key) => `${name}.${String(key)}`);
}

/**
 * Ends this thread with an error, so that nobody works in it any more; never resolves. The main thread, where a body
 * is developed, goes on.
 */
export async function leaveRealm(why: string): Promise<void> {
  if (isMainThread) return;
  setImmediate(() => {
    throw new Error(why);
  });
  await new Promise<never>(() => {});
}
