import { OverridesInForce } from "../core/override.ts";
import type { Output } from "../ports/output.ts";
import { readOverrides } from "../runs/read-overrides.ts";

/** The milliseconds after which overrides are read again. */
const FRESH_MS = 5000;

/** The overrides that answers take: read at most every 5 seconds, and once for all who wait. */
export class ServedOverrides {
  readonly #output: Output;
  readonly #clock: () => Date;
  #read: { readonly at: number; readonly overrides: Promise<OverridesInForce> } | undefined;

  constructor(output: Output, clock: () => Date) {
    this.#output = output;
    this.#clock = clock;
  }

  get now(): number {
    return this.#clock().getTime();
  }

  /** Returns the overrides as they were at most 5 seconds ago. */
  get(): Promise<OverridesInForce> {
    const at = this.now;
    if (this.#read !== undefined && at - this.#read.at < FRESH_MS) return this.#read.overrides;
    const overrides = readOverrides({ output: this.#output }).then((rows) => new OverridesInForce(rows));
    this.#read = { at, overrides };
    // A failed read is not kept.
    overrides.catch(() => (this.#read = undefined));
    return overrides;
  }
}
