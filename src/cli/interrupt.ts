const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/**
 * Handles an interrupt (Ctrl-C) until the function that it returns is called: restores the terminal, prints the next step,
 * and ends the program as the signal would have ended it.
 *
 * @param putBack - restores the terminal
 * @param next - the state of the work, and the next step
 */
export function whenInterrupted(putBack: () => void, next: string): () => void {
  const forget = () => {
    for (const signal of SIGNALS) process.removeListener(signal, end);
  };
  const end = (signal: NodeJS.Signals) => {
    forget();
    putBack();
    process.stderr.write(`manymodel: stopped; ${next}\n`);
    process.kill(process.pid, signal);
  };
  for (const signal of SIGNALS) process.on(signal, end);
  return forget;
}

/** Of work on a run: its chunks are committed one by one. */
export const RUN_STOPPED =
  'finished chunks are kept: "manymodel status" names the run, and "manymodel resume RUN" continues it';
/** Of work whose result appears as a whole, or not at all. */
export const NOTHING_WRITTEN = "nothing was written; the same command begins again";
/** Of steps of which each is known to be done or not. */
export const STEPS_STOPPED =
  'finished chunks are kept: the same command continues, after "manymodel resume RUN" where "manymodel status" names a stalled run';
