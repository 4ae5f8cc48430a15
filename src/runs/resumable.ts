import { isStorageFailure, ManymodelError, messageOf } from "../core/errors.ts";

/**
 * Does a part of a planned run. Where nothing can be written any more, no attempt can succeed and none is to blame: the
 * run stops as it is, and whoever started it hears how to go on.
 *
 * @throws {ManymodelError} `storage` if nothing can be written, whatever it was that could not be
 */
export async function resumable<T>(run: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!isStorageFailure(cause) || (cause instanceof ManymodelError && cause.kind === "storage")) throw cause;
    throw new ManymodelError(
      "storage",
      `run ${run} stopped, because nothing can be written: ${messageOf(cause)}; fix that, then: manymodel resume ${run}`,
      { cause },
    );
  }
}
