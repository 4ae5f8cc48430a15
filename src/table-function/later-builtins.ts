/** Defines built-ins that ES2019 lacks and this package uses, where the engine that runs a table function has none. */
const define = (target: object, name: string, value: unknown) => {
  if (!(name in target)) Object.defineProperty(target, name, { value, writable: true, configurable: true });
};

function at(this: ArrayLike<unknown>, index: number): unknown {
  return this[index < 0 ? this.length + index : index];
}
for (const kind of [Array, Float64Array, Int32Array, Uint8Array, String]) define(kind.prototype, "at", at);
const hasOwn = Object.prototype.hasOwnProperty;
define(Object, "hasOwn", (object: object, name: PropertyKey) => hasOwn.call(object, name));
define(String.prototype, "replaceAll", function replaceAll(this: string, text: string, by: string) {
  return this.split(text).join(by);
});
define(String.prototype, "isWellFormed", function isWellFormed(this: string) {
  for (const character of this) {
    const code = character.charCodeAt(0);
    if (character.length === 1 && code >= 0xd800 && code <= 0xdfff) return false;
  }
  return true;
});
