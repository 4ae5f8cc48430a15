import type { Roster } from "../ports/roster.ts";

/** The milliseconds for which a worker counts as alive after its last beat. */
const ALIVE_MS = 10_000;

/** The milliseconds between two beats: a worker may miss one. */
const BEAT_MS = 4_000;

/** A worker's time on the roster. */
export interface Attendance {
  /** Set off when the worker was asked to stop, or another took it for gone. */
  readonly stop: AbortSignal;
  leave(): Promise<void>;
}

/** Puts a worker on the roster and keeps it there until it leaves. */
export async function attend(roster: Roster, name: string, run: string | null): Promise<Attendance> {
  await roster.join({ name, run }, ALIVE_MS);
  const stop = new AbortController();
  const beat = async () => {
    // A beat that cannot be written is one that was missed; the next may come through.
    if (!(await roster.beat(name, ALIVE_MS).catch(() => true))) stop.abort();
  };
  const beats = setInterval(() => void beat(), BEAT_MS);
  return {
    stop: stop.signal,
    async leave() {
      clearInterval(beats);
      await roster.leave(name);
    },
  };
}
