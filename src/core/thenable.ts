/** Tells whether a value is one to wait for, as `await` does: a promise, also of another realm, or what acts as one. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === "function";
}
