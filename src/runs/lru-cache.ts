/** Keeps what was used last, as much as has room. */
export class LruCache<V> {
  readonly #room: number;
  readonly #kept = new Map<string, { readonly value: V; readonly weight: number }>();
  #weight = 0;

  /** @param room - the sum of the weights of what is kept */
  constructor(room: number) {
    this.#room = room;
  }

  /** The weight of the values in the cache. */
  get weight(): number {
    return this.#weight;
  }

  get(key: string): V | undefined {
    const entry = this.#kept.get(key);
    if (entry === undefined) return undefined;
    this.#kept.delete(key);
    this.#kept.set(key, entry);
    return entry.value;
  }

  /** Keeps a value, and lets go of those that were not used for longest; one that has no room alone is not kept. */
  set(key: string, value: V, weight: number): void {
    this.#drop(key);
    if (weight > this.#room) return;
    this.#kept.set(key, { value, weight });
    this.#weight += weight;
    for (const oldest of this.#kept.keys()) {
      if (this.#weight <= this.#room) break;
      this.#drop(oldest);
    }
  }

  #drop(key: string): void {
    this.#weight -= this.#kept.get(key)?.weight ?? 0;
    this.#kept.delete(key);
  }
}
