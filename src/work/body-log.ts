import { bodyOwner } from "./body-owner.ts";

/** The number of characters of a body's output that are kept for one partition: the last. */
export const LOG_LENGTH = 4096;

/** The output of a body for one partition: its end, and the number of characters before that. */
export class BodyLog {
  #kept = "";
  #dropped = 0;
  #ended = false;

  add(text: string): void {
    if (this.#ended) return;
    this.#kept += text;
    // Not at every piece: a body may print a million short lines.
    if (this.#kept.length > 2 * LOG_LENGTH) this.#shorten();
  }

  /** Returns the log as its row keeps it, null if nothing was printed. What is printed later belongs to no row. */
  end(): string | null {
    this.#ended = true;
    if (this.#kept === "") return null;
    this.#shorten();
    return this.#dropped === 0 ? this.#kept : `(${this.#dropped} characters before this were dropped)\n${this.#kept}`;
  }

  #shorten(): void {
    const beyond = Math.max(0, this.#kept.length - LOG_LENGTH);
    this.#dropped += beyond;
    this.#kept = this.#kept.slice(beyond);
  }
}

let tapped = false;

/**
 * Tells the owner of a body what the body prints, from the first call on: by `console`, or to `process.stdout` and
 * `process.stderr`, now or in whatever it goes on with later. It is printed all the same. What comes after a partition's log was
 * ended is not kept.
 */
export function hearPrints(): void {
  if (!tapped) for (const stream of [process.stdout, process.stderr]) tap(stream);
  tapped = true;
}

function tap(stream: NodeJS.WriteStream): void {
  const write = stream.write as (piece: string | Uint8Array, ...args: unknown[]) => boolean;
  stream.write = (piece: string | Uint8Array, ...args: unknown[]) => {
    bodyOwner.getStore()?.takePrinted?.(typeof piece === "string" ? piece : Buffer.from(piece).toString());
    return write.call(stream, piece, ...args);
  };
}
