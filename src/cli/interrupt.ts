const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/**
 * Until the function it returns is called: what happens when somebody stops the program (Ctrl-C). The terminal is put back
 * as it was, what to do next is said, and the program ends as the signal would have ended it.
 *
 * @param putBack - puts the terminal back
 * @param next - what became of the work, and what to do next
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
