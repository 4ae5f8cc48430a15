import { at } from "../core/aligned.ts";
import type { KeyValue } from "../core/partition-key.ts";
import type { Output, TablePart } from "../ports/output.ts";
import type { ReconciledStep } from "./reconcile-step.ts";
import { ReconciledRows, type ReconciledTable } from "./reconciled-rows.ts";

/** Rows that are collected before they are written. */
const ROWS_PER_PART = 100_000;

/** Writes the forecasts of one time after another; all become visible at the end. */
export class ReconciledOutput {
  steps = 0;
  leftOut = 0;
  rows = 0;
  readonly #output: Output;
  readonly #name: string;
  readonly #rows: ReconciledRows;
  readonly #first: number;
  readonly #parts: TablePart[] = [];
  /** By leaf, for how many times there was a forecast. */
  readonly #counts: Int32Array;
  /** 1 at nodes whose base forecast had no weight at one time or more. */
  readonly #unweighted: Uint8Array;

  constructor(output: Output, name: string, table: ReconciledTable) {
    const { aggregates, leaves, nodes } = table.keyed.hierarchy;
    this.#output = output;
    this.#name = name;
    this.#rows = new ReconciledRows(table);
    this.#first = aggregates;
    this.#counts = new Int32Array(leaves);
    this.#unweighted = new Uint8Array(nodes);
  }

  /** Nodes whose base forecast had no weight at one time or more. */
  get unweighted(): number {
    return this.#unweighted.reduce((count, one) => count + one, 0);
  }

  async add(time: KeyValue, base: Float64Array, missing: Uint8Array, reconciled: ReconciledStep): Promise<void> {
    this.steps++;
    for (const [node, value] of base.entries()) {
      const leaf = node - this.#first;
      if (leaf >= 0 && missing[node] === 1) continue;
      if (leaf >= 0) this.#counts[leaf] = at(this.#counts, leaf) + 1;
      if (reconciled.unweighted[node] === 1) this.#unweighted[node] = 1;
      this.#rows.forecast(node, time, this.steps, value, reconciled);
    }
    if (this.#rows.length >= ROWS_PER_PART) await this.#flush();
  }

  async finish(owner: string): Promise<void> {
    for (const [leaf, count] of this.#counts.entries()) {
      if (count < this.steps) this.leftOut++;
      if (count === 0) this.#rows.status(this.#first + leaf, "LEFT_OUT: it has no base forecast");
    }
    if (this.#rows.length > 0) await this.#flush();
    await this.#output.publish(this.#name, owner, this.#parts);
  }

  discard(): Promise<void> {
    return this.#output.discard(this.#name, this.#parts);
  }

  async #flush(): Promise<void> {
    const part = await this.#output.write(this.#name, this.#rows.take());
    this.#parts.push(part);
    this.rows += part.rows;
  }
}
