import { ManymodelError } from "../core/errors.ts";

/** Partitions that one statement is given: their keys are one bound value, which is some megabytes at most. */
const AT_ONCE = 10_000;

/**
 * Has a statement done for some partitions. One that fails is split in two and tried again, until the partition that it
 * failed for is alone.
 *
 * @returns those that a statement failed for, and why
 * @throws what has nothing to do with the partitions: an object that is not there, an account that cannot be reached
 */
export async function splitStatement<T>(
  partitions: readonly T[],
  statement: (some: readonly T[]) => Promise<void>,
): Promise<ReadonlyMap<T, unknown>> {
  const failed = new Map<T, unknown>();
  const attempt = async (some: readonly T[]): Promise<void> => {
    const [first, ...others] = some;
    if (first === undefined) return;
    try {
      await statement(some);
    } catch (error) {
      if (error instanceof ManymodelError && error.kind !== "input") throw error;
      if (others.length === 0) failed.set(first, error);
      else {
        const half = Math.ceil(some.length / 2);
        await attempt(some.slice(0, half));
        await attempt(some.slice(half));
      }
    }
  };
  for (let from = 0; from < partitions.length; from += AT_ONCE) await attempt(partitions.slice(from, from + AT_ONCE));
  return failed;
}
