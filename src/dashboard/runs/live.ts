import { messageOf } from "../../core/errors.ts";
import { pause } from "../../stages/pause.ts";

/** The least milliseconds between two reads. */
const EVERY_MS = 1000;
/** After a reading that took t milliseconds there is none for so many t: watching takes less than 2 % of one core. */
const REST = 50;

/** Whoever wants to know what is read next. */
type Listener<T> = (value: T) => void;

/** One thing that several look at: read again and again as long as anybody does, once for all of them. */
export class Watched<T> {
  readonly #read: () => Promise<T>;
  readonly #listeners = new Set<Listener<T>>();
  #last: T | undefined;
  #running = false;
  #failure: string | undefined;

  constructor(read: () => Promise<T>) {
    this.#read = read;
  }

  /** Tells a listener what is read from now on, beginning with what was read last. Returns how to stop that. */
  watch(listener: Listener<T>): () => void {
    this.#listeners.add(listener);
    if (this.#last !== undefined) listener(this.#last);
    if (!this.#running) void this.#run();
    return () => this.#listeners.delete(listener);
  }

  #tell(failure: string): undefined {
    if (failure !== this.#failure) process.stderr.write(`cannot read what a page watches: ${failure}\n`);
    this.#failure = failure;
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#listeners.size > 0) {
      const began = performance.now();
      // What cannot be read now may be readable the next time; whoever runs the server is told once.
      const value = await this.#read().catch((error: unknown) => this.#tell(messageOf(error)));
      if (value !== undefined) {
        this.#last = value;
        for (const listener of this.#listeners) listener(value);
      }
      await pause(Math.max(EVERY_MS, REST * (performance.now() - began)));
    }
    this.#running = false;
    this.#last = undefined;
  }
}
