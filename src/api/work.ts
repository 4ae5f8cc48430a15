import type { OnProgress, Progress } from "../runs/progress.ts";

/**
 * Work in progress: a promise of its result, and an async iterable of its progress.
 *
 * ```ts
 * const training = mm.train("ets");
 * for await (const { done, total } of training) console.log(`${done} of ${total}`);
 * const run = await training;
 * ```
 *
 * Each step of the iteration gives the newest progress. The iteration ends with the work, and throws the error that the
 * work throws.
 */
export type Work<Result> = Promise<Result> & AsyncIterable<Progress>;

/**
 * Starts work whose progress can be iterated over.
 *
 * @param onProgress - is told of every progress as well
 */
export function startWork<Result>(
  perform: (onProgress: OnProgress) => Promise<Result>,
  onProgress: OnProgress = () => {},
): Work<Result> {
  let newest: Progress | undefined;
  let reports = 0;
  const sleeping: (() => void)[] = [];
  const report = () => {
    for (const wake of sleeping.splice(0)) wake();
  };
  let isOver = false;
  const result = perform((progress) => {
    newest = progress;
    reports++;
    report();
    onProgress(progress);
  }).finally(() => {
    isOver = true;
    report();
  });
  return Object.assign(result, {
    async *[Symbol.asyncIterator](): AsyncGenerator<Progress, void, undefined> {
      let position = 0;
      while (!isOver || position < reports) {
        if (newest !== undefined && position < reports) {
          position = reports;
          yield newest;
        } else await new Promise<void>((wake) => sleeping.push(wake));
      }
      await result;
    },
  });
}
