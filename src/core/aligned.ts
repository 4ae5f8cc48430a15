import { ManymodelError } from "./errors.ts";

/**
 * Returns the element at an index that the caller's own arithmetic keeps within bounds. A negative index counts from the
 * end.
 *
 * @throws {ManymodelError} `internal` if there is none, which is a fault of the caller
 */
export function at<T extends NonNullable<unknown> | null>(values: ArrayLike<T>, index: number): T {
  const value = values[index < 0 ? index + values.length : index];
  if (value === undefined) throw new ManymodelError("internal", `no element ${index} among ${values.length}`);
  return value;
}

/**
 * Yields the elements of two sequences of equal length in pairs.
 *
 * @throws {ManymodelError} `internal` if one of them ends before the other
 */
export function* zip<A, B>(first: Iterable<A>, second: Iterable<B>): Generator<[A, B], void> {
  const others = second[Symbol.iterator]();
  for (const value of first) {
    const other = others.next();
    if (other.done) throw new ManymodelError("internal", "the second of two aligned sequences is shorter");
    yield [value, other.value];
  }
  if (!others.next().done) throw new ManymodelError("internal", "the first of two aligned sequences is shorter");
}
