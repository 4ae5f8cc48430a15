/** Hands values from one that gives them to one that takes them, one at a time: who gives waits until the last was taken. */
export class Handover<Value> {
  #offer: { readonly value: Value; readonly taken: (isWanted: boolean) => void } | undefined;
  #ended: { readonly error?: unknown } | undefined;
  #isStopped = false;
  #changed: () => void = () => {};

  /** Gives a value; false if nobody wants another one. */
  give(value: Value): Promise<boolean> {
    if (this.#isStopped) return Promise.resolve(false);
    return new Promise((resolve) => {
      this.#offer = { value, taken: resolve };
      this.#changed();
    });
  }

  readonly end = (): void => {
    this.#ended = {};
    this.#changed();
  };

  readonly fail = (error: unknown): void => {
    this.#ended = { error };
    this.#changed();
  };

  /** Wants no more values. */
  stop(): void {
    this.#isStopped = true;
    this.#offer?.taken(false);
    this.#offer = undefined;
  }

  /** Yields the values, until the last one; throws what `fail` was given. */
  async *take(): AsyncGenerator<Value, void, undefined> {
    for (;;) {
      if (this.#offer !== undefined) {
        const { value, taken } = this.#offer;
        this.#offer = undefined;
        let isTaken = false;
        try {
          yield value;
          isTaken = true;
        } finally {
          taken(isTaken);
        }
      } else if (this.#ended !== undefined) {
        if ("error" in this.#ended) throw this.#ended.error;
        return;
      } else
        await new Promise<void>((resolve) => {
          this.#changed = resolve;
        });
    }
  }
}
