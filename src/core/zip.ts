import { ManymodelError } from "./errors.ts";

/**
 * Pairs the items of two lists of the same length, in their order.
 *
 * @throws {ManymodelError} `internal` if their lengths differ
 */
export function zip<A, B>(a: readonly A[], b: readonly B[]): [A, B][] {
  const rest = b[Symbol.iterator]();
  const pairs = a.map((item): [A, B] => {
    const next = rest.next();
    if (next.done) throw unequal(a, b);
    return [item, next.value];
  });
  if (pairs.length < b.length) throw unequal(a, b);
  return pairs;
}

function unequal(a: readonly unknown[], b: readonly unknown[]): ManymodelError {
  return new ManymodelError("internal", `${a.length} items cannot be paired with ${b.length}`);
}
