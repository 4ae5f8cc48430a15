import { dropOldest } from "../../core/drop-oldest.ts";
import { ManymodelError, show } from "../../core/errors.ts";
import type { Outcome } from "../../core/states.ts";
import { searchWords } from "../../text/fold.ts";
import { failureKinds } from "../base/failure-groups.ts";
import { radixOrder } from "../base/radix-order.ts";
import { markContaining } from "../base/text-column.ts";
import { OUTCOMES, type PartitionTable } from "./partition-table.ts";

/** The rows to find, and their order. */
export interface PartitionQuery {
  /** Words that the key's label must contain, each in any case and without accents. */
  readonly text?: string;
  readonly outcome?: Outcome;
  readonly kind?: string;
  /** Position among the kinds of the reasons in the table's head. */
  readonly reason?: number;
  /** `plan`, `key`, `nObs`, `fitMs`, or a metric. */
  readonly sort?: string;
  readonly descending?: boolean;
}

/** The rows that were found: how many, and those of one page. */
export interface FoundRows {
  readonly matched: number;
  readonly rows: Uint32Array;
}

/** Masks and orders that are kept for each table, so that the next page costs little. */
const KEPT = 6;

/** Sorts and searches one table. */
export class PartitionSearch {
  readonly table: PartitionTable;
  readonly #orders = new Map<string, Uint32Array>();
  readonly #masks = new Map<string, { readonly mask: Uint8Array; readonly matched: number }>();

  constructor(table: PartitionTable) {
    this.table = table;
  }

  /** @throws {ManymodelError} `usage` for a column that there is none of */
  async find(query: PartitionQuery, offset: number, limit: number): Promise<FoundRows> {
    const order = await this.#order(query.sort ?? "plan");
    const { mask, matched } = this.#mask(query);
    const rows = new Uint32Array(Math.max(0, Math.min(limit, matched - offset)));
    const n = order.length;
    // What is not available is last in either direction, and is at the end of the order.
    const known = query.descending ? await this.#known(query.sort ?? "plan", order) : n;
    for (let i = 0, seen = 0, taken = 0; i < n && taken < rows.length; i++) {
      const row = order[query.descending && i < known ? known - 1 - i : i]!;
      if (mask[row] === 0 || seen++ < offset) continue;
      rows[taken++] = row;
    }
    return { matched, rows };
  }

  /** The rows in ascending order of a column, those without a value last. */
  async #order(sort: string): Promise<Uint32Array> {
    const kept = this.#orders.get(sort);
    if (kept !== undefined) return kept;
    const made = await this.#sorted(sort);
    return keep(this.#orders, sort, made);
  }

  async #sorted(sort: string): Promise<Uint32Array> {
    const { nObs, fitMs, keyOrder, head } = this.table;
    if (sort === "plan") return this.table.planOrder ?? new Uint32Array(head.rows).map((_, i) => i);
    if (sort === "key") return keyOrder;
    if (sort === "nObs") return radixOrder(Float64Array.from(nObs));
    if (sort === "fitMs") return radixOrder(Float64Array.from(fitMs));
    const values = await this.table.metric(sort);
    if (values === undefined)
      throw new ManymodelError(
        "usage",
        `there is no metric ${show(sort)} to sort by; there is ${["plan", "key", "nObs", "fitMs", ...head.metrics].join(", ")}`,
      );
    return radixOrder(values);
  }

  /** Counts the rows of an order that have a value. The others follow them. */
  async #known(sort: string, order: Uint32Array): Promise<number> {
    const values = await this.table.metric(sort);
    if (values === undefined) return order.length;
    let [low, high] = [0, order.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const row = order[middle];
      if (row === undefined || Number.isNaN(values[row])) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #mask({ text = "", outcome, kind, reason }: PartitionQuery): { mask: Uint8Array; matched: number } {
    const name = JSON.stringify([text, outcome, kind, reason]);
    const kept = this.#masks.get(name);
    if (kept !== undefined) return kept;
    const { table } = this;
    const mask = new Uint8Array(table.head.rows).fill(1);
    const only = (column: Uint8Array | Uint16Array, value: number) => {
      for (let i = 0; i < mask.length; i++) if (column[i] !== value) mask[i] = 0;
    };
    if (outcome !== undefined) only(table.outcome, OUTCOMES.indexOf(outcome));
    if (kind !== undefined) only(table.kind, 1 + table.head.kinds.findIndex((one) => one.kind === kind) || 0xffff);
    if (reason !== undefined) {
      const members = new Set(failureKinds(table.head.reasons)[reason]?.members);
      // By the numbers of the reasons, of which 0 is none.
      const isOne = [false, ...table.head.reasons.map((one) => members.has(one))];
      for (let i = 0; i < mask.length; i++) {
        const number = table.reason[i];
        if (number === undefined || !isOne[number]) mask[i] = 0;
      }
    }
    for (const word of searchWords(text)) markContaining(table.labels, word, mask);
    let matched = 0;
    for (const bit of mask) matched += bit;
    return keep(this.#masks, name, { mask, matched });
  }
}

/** Adds to what is kept, and forgets what was added first. */
function keep<T>(map: Map<string, T>, name: string, value: T): T {
  dropOldest(map, KEPT - 1);
  map.set(name, value);
  return value;
}
