import { NOTE_MS, type TrainingNote } from "../work/train-chunk.ts";
import type { Member, Place } from "./crew.ts";

/** A call that took too long: its worker was ended. */
export class TimedOut extends Error {
  readonly limitMs: number;
  constructor(limitMs: number) {
    super();
    this.limitMs = limitMs;
  }
}

/**
 * Returns a call that is ended when the worker is at one partition for too long; reading and writing take as long as
 * they take.
 *
 * @param printed - told what the body prints, where the worker says so
 * @throws {TimedOut} then
 */
export async function withinLimit<Response>(
  member: Member,
  place: Place,
  request: object,
  limitMs: number | null,
  printed: (text: string) => void = () => {},
): Promise<Response> {
  let timer: NodeJS.Timeout | undefined;
  let late: TimedOut | undefined;
  const watch = (note: unknown) => {
    const message = note as TrainingNote;
    if (typeof message === "object") return printed(message.printed);
    clearTimeout(timer);
    if (message === "fitted" || limitMs === null) return;
    timer = setTimeout(() => {
      late = new TimedOut(limitMs);
      void member.interrupt();
    }, limitMs + NOTE_MS);
  };
  try {
    return await place.call<Response>(request, watch);
  } catch (error) {
    throw late ?? error;
  } finally {
    clearTimeout(timer);
  }
}
