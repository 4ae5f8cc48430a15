import { ManymodelError } from "../core/errors.ts";
import type { Roster } from "../ports/roster.ts";

/** The milliseconds for which a worker counts as alive after its last beat. */
const ALIVE_MS = 10_000;

/** The milliseconds between two beats: a worker may miss one. */
const BEAT_MS = 4_000;

/** A worker's time on the roster. */
export interface Attendance {
  /** Set off when the worker was asked to stop, or another has its name. */
  readonly stop: AbortSignal;
  leave(): Promise<void>;
}

/**
 * Puts a worker on the roster and keeps it there until it leaves. A worker whose beats came late, on a busy machine or after
 * a pause of it, joins again.
 */
export async function attend(roster: Roster, name: string, run: string | null): Promise<Attendance> {
  await roster.join({ name, run }, ALIVE_MS);
  const stop = new AbortController();
  const beat = async () => {
    // A beat that cannot be written is one that was missed; the next may come through.
    if (await roster.beat(name, ALIVE_MS).catch(() => true)) return;
    await roster.join({ name, run }, ALIVE_MS).catch((error) => {
      if (error instanceof ManymodelError && error.kind === "conflict") stop.abort();
    });
  };
  let beating = Promise.resolve();
  const beats = setInterval(() => {
    beating = beat();
  }, BEAT_MS);
  return {
    stop: stop.signal,
    async leave() {
      clearInterval(beats);
      await beating;
      await roster.leave(name);
    },
  };
}
