import type { Roster } from "../ports/roster.ts";

/** How long a worker counts as alive after it was last heard of. */
const ALIVE_MS = 10_000;

/** How often it is heard of: one time may be missed. */
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
