import { dropOldest } from "../../core/drop-oldest.ts";
import { ManymodelError, show } from "../../core/errors.ts";
import type { Outcome } from "../../core/states.ts";
import { searchWords } from "../../text/fold.ts";
import { type Attribute, NO_ATTRIBUTES, type TableAttributes } from "../attributes/partition-attributes.ts";
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
  /** Values that the attributes of these names must have; an empty text is NULL. */
  readonly attributes?: Readonly<Record<string, string>>;
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

/** The metric of partitions that weighs the error of the holdout by the worth of a unit. */
export const LOST_VALUE = "lost_value";

/** Sorts and searches one table. */
export class PartitionSearch {
  readonly table: PartitionTable;
  readonly #orders = new Map<string, Uint32Array>();
  readonly #masks = new Map<string, { readonly mask: Uint8Array; readonly matched: number }>();

  #attributes: TableAttributes = NO_ATTRIBUTES;
  #lost: Float64Array | undefined;

  constructor(table: PartitionTable) {
    this.table = table;
  }

  /** The attributes of the partitions, by which they are filtered. */
  get attributes(): TableAttributes {
    return this.#attributes;
  }

  set attributes(attributes: TableAttributes) {
    if (attributes === this.#attributes) return;
    this.#attributes = attributes;
    this.#lost = undefined;
    this.#masks.clear();
    this.#orders.clear();
  }

  /** The metrics of the table, and the value that is lost where the worth of units is known: that first. */
  get metrics(): readonly string[] {
    const { metrics } = this.table.head;
    return this.#attributes.value !== null && metrics.includes("holdout_mae") ? [LOST_VALUE, ...metrics] : metrics;
  }

  /** Returns a metric's values, NaN where it is not available; undefined for one that the partitions do not have. */
  async metric(name: string): Promise<Float64Array | undefined> {
    if (name !== LOST_VALUE || !this.metrics.includes(name)) return this.table.metric(name);
    const error = await this.table.metric("holdout_mae");
    const { value } = this.#attributes;
    this.#lost ??= error?.map((units, row) => units * (value?.[row] ?? Number.NaN));
    return this.#lost;
  }

  /** @throws {ManymodelError} `usage` for a column that there is none of */
  async find(query: PartitionQuery, offset: number, limit: number): Promise<FoundRows> {
    const order = await this.#order(query.sort ?? "plan");
    const { mask, matched } = this.mask(query);
    const rows = new Uint32Array(Math.max(0, Math.min(limit, matched - offset)));
    const n = order.length;
    // What is not available is last in either direction, and is at the end of the order.
    const available = query.descending ? await this.#known(query.sort ?? "plan", order) : n;
    for (let i = 0, position = 0, count = 0; i < n && count < rows.length; i++) {
      const row = order[query.descending && i < available ? available - 1 - i : i]!;
      if (mask[row] === 0 || position++ < offset) continue;
      rows[count++] = row;
    }
    return { matched, rows };
  }

  /** Returns the rows in ascending order of a column, those without a value last. */
  async #order(sort: string): Promise<Uint32Array> {
    const cached = this.#orders.get(sort);
    if (cached !== undefined) return cached;
    const order = await this.#sorted(sort);
    return keep(this.#orders, sort, order);
  }

  async #sorted(sort: string): Promise<Uint32Array> {
    const { nObs, fitMs, keyOrder, head } = this.table;
    if (sort === "plan") return this.table.planOrder ?? new Uint32Array(head.rows).map((_, i) => i);
    if (sort === "key") return keyOrder;
    if (sort === "nObs") return radixOrder(Float64Array.from(nObs));
    if (sort === "fitMs") return radixOrder(Float64Array.from(fitMs));
    const values = await this.metric(sort);
    if (values === undefined)
      throw new ManymodelError(
        "usage",
        `there is no metric ${show(sort)} to sort by; there is ${["plan", "key", "nObs", "fitMs", ...this.metrics].join(", ")}`,
      );
    return radixOrder(values);
  }

  /** Counts the rows of an order that have a value. The others follow them. */
  async #known(sort: string, order: Uint32Array): Promise<number> {
    const values = await this.metric(sort);
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

  /** @throws {ManymodelError} `usage` for an attribute that is not kept */
  #attribute(name: string): Attribute {
    const attribute = this.#attributes.attributes.find((one) => one.name.toLowerCase() === name.toLowerCase());
    if (attribute !== undefined) return attribute;
    const names = this.#attributes.attributes.map((one) => one.name).join(", ") || "none";
    throw new ManymodelError(
      "usage",
      `there is no attribute ${show(name)} to filter by; there is ${names}; add it to source.attributes, and train or score`,
    );
  }

  /** Marks the rows that a query finds, and counts them. @throws {ManymodelError} `usage` as `find` does */
  mask({ text = "", outcome, kind, reason, attributes = {} }: PartitionQuery): {
    readonly mask: Uint8Array;
    readonly matched: number;
  } {
    const name = JSON.stringify([text, outcome, kind, reason, attributes]);
    const cached = this.#masks.get(name);
    if (cached !== undefined) return cached;
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
    for (const [attribute, value] of Object.entries(attributes)) {
      const { codes, values } = this.#attribute(attribute);
      const code = values.indexOf(value === "" ? null : value);
      for (let i = 0; i < mask.length; i++) if (codes[i] !== code) mask[i] = 0;
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
