/** The milliseconds that may be spent at once. */
const AT_ONCE_MS = 200;
/** Of every so many milliseconds one may be spent: 1 % of one core, beside what watching the chunks takes. */
const REST = 100;

/**
 * The time that may be spent on a run in progress without slowing it down: a little at once, and then a hundredth of
 * one core.
 */
export class Allowance {
  readonly #now: () => number;
  readonly #spent: () => number;
  #left = AT_ONCE_MS;
  #at: number;

  /**
   * @param now - milliseconds that only move forward
   * @param spent - milliseconds of CPU time that this process has taken
   */
  constructor(now = () => performance.now(), spent = cpuMs) {
    [this.#now, this.#spent] = [now, spent];
    this.#at = now();
  }

  /** True while there is time left to spend. */
  get isLeft(): boolean {
    this.#grow();
    return this.#left > 0;
  }

  /** Does something, and takes from the allowance what it cost. */
  async spend<T>(work: () => Promise<T>): Promise<T> {
    this.#grow();
    const before = this.#spent();
    try {
      return await work();
    } finally {
      this.#left -= this.#spent() - before;
    }
  }

  #grow(): void {
    const now = this.#now();
    this.#left = Math.min(AT_ONCE_MS, this.#left + (now - this.#at) / REST);
    this.#at = now;
  }
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
