import { at, zip } from "../core/aligned.ts";
import type { Column, ColumnBatch, ColumnInfo } from "../core/columns/column.ts";
import { decodeKey, type KeyColumn, type KeyValue } from "../core/partition-key.ts";
import { keyColumn, outputType } from "../work/key-column.ts";
import type { KeyedHierarchy } from "./declared-hierarchy.ts";
import type { ReconciledStep } from "./reconcile-step.ts";

/** The settings that decide the columns of a table of reconciled forecasts. */
export interface ReconciledTable {
  readonly keyed: KeyedHierarchy;
  readonly method: string;
  /** The column of the forecasts' times; null: they have steps only. */
  readonly time: KeyColumn | null;
  readonly coverages: readonly number[];
}

const FIXED = ["MODEL_NAME", "MODEL_VERSION", "LEVEL", "PARTITION_KEY", "STEP", "FORECAST", "BASE_FORECAST", "STATUS"];

/**
 * Returns the columns of a table of reconciled forecasts, in order: a forecast table with `LEVEL` and `BASE_FORECAST`.
 */
export function reconciledColumns({ keyed, time, coverages }: ReconciledTable): ColumnInfo[] {
  const bounds = coverages.flatMap((coverage) => [`LO_${coverage}`, `HI_${coverage}`]);
  const nameOf = (name: string) => ([...FIXED, ...bounds].includes(name.toUpperCase()) ? `KEY_${name}` : name);
  return [
    { name: "MODEL_NAME", type: "string" },
    { name: "MODEL_VERSION", type: "string" },
    { name: "LEVEL", type: "string" },
    ...keyed.columns.map((column): ColumnInfo => ({ name: nameOf(column.name), type: outputType(column) })),
    { name: "PARTITION_KEY", type: "string" },
    ...(time === null ? [] : [{ name: nameOf(time.name), type: outputType(time) }]),
    { name: "STEP", type: "integer" },
    { name: "FORECAST", type: "number" },
    ...bounds.map((name): ColumnInfo => ({ name, type: "number" })),
    { name: "BASE_FORECAST", type: "number" },
    { name: "STATUS", type: "string" },
  ];
}

/** One node as its rows have it. */
interface Node {
  readonly level: string;
  readonly text: string;
  /** Its values of the hierarchy's columns; NULL in those that its level does not have. */
  readonly key: readonly KeyValue[];
}

/** Collects rows of a table of reconciled forecasts. */
export class ReconciledRows {
  readonly #table: ReconciledTable;
  readonly #nodes: readonly Node[];
  #chosen: Node[] = [];
  #times: KeyValue[] = [];
  #steps: (bigint | null)[] = [];
  #status: string[] = [];
  #numbers: number[][] = [];

  constructor(table: ReconciledTable) {
    this.#table = table;
    const { levels, columns, hierarchy } = table.keyed;
    const nodes = new Array<Node>(hierarchy.nodes);
    for (const { name, first, positions, nodes: texts } of levels)
      for (const [text, node] of texts) {
        const key = new Array<KeyValue>(columns.length).fill(null);
        const values = text === "" ? [] : decodeKey(text).key;
        for (const [i, position] of positions.entries()) key[position] = at(values, i);
        nodes[first + node] = { level: name, text, key };
      }
    this.#nodes = nodes;
    this.#clear();
  }

  get length(): number {
    return this.#status.length;
  }

  /** Adds a forecast of one node for one time. */
  forecast(node: number, time: KeyValue, step: number, base: number, reconciled: ReconciledStep): void {
    const { mean, lower, upper, unweighted } = reconciled;
    const isLeaf = node >= this.#table.keyed.hierarchy.aggregates;
    const unknown = `UNWEIGHTED: the variance of its error is unknown, so it ${isLeaf ? "keeps its base forecast" : "is the sum of its leaves"}`;
    this.#row(node, time, BigInt(step), unweighted[node] === 1 ? unknown : "OK");
    const bounds = lower.flatMap((bound, c) => [at(bound, node), at(at(upper, c), node)]);
    for (const [column, value] of zip(this.#numbers, [at(mean, node), ...bounds, base])) column.push(value);
  }

  /** Adds one row for a node without forecasts, with the reason. */
  status(node: number, status: string): void {
    this.#row(node, null, null, status);
    for (const column of this.#numbers) column.push(NaN);
  }

  #row(node: number, time: KeyValue, step: bigint | null, status: string): void {
    this.#chosen.push(at(this.#nodes, node));
    this.#times.push(time);
    this.#steps.push(step);
    this.#status.push(status);
  }

  /** Returns the rows collected; none are left. */
  take(): ColumnBatch {
    const { keyed, time, method } = this.#table;
    const length = this.length;
    const text = (values: readonly string[]): Column => ({ type: "string", values });
    const data: Column[] = [
      text(new Array<string>(length).fill("reconcile")),
      text(new Array<string>(length).fill(method)),
      text(this.#chosen.map(({ level }) => level)),
      ...keyed.columns.map((column, i) =>
        keyColumn(
          column,
          this.#chosen.map(({ key }) => at(key, i)),
        ),
      ),
      text(this.#chosen.map((node) => node.text)),
      ...(time === null ? [] : [keyColumn(time, this.#times)]),
      { type: "integer", values: this.#steps },
      ...this.#numbers.map((values): Column => ({ type: "number", values: Float64Array.from(values) })),
      text(this.#status),
    ];
    this.#clear();
    const names = reconciledColumns(this.#table).map(({ name }) => name);
    return { length, columns: Object.fromEntries(zip(names, data)) };
  }

  #clear(): void {
    this.#chosen = [];
    this.#times = [];
    this.#steps = [];
    this.#status = [];
    this.#numbers = Array.from({ length: 2 + 2 * this.#table.coverages.length }, () => []);
  }
}
