import { at } from "../core/aligned.ts";
import { getColumn, matchColumn } from "../core/columns/column.ts";
import { ManymodelError } from "../core/errors.ts";
import { type KeyColumn, type KeyValue, keyText } from "../core/partition-key.ts";
import type { Snapshot } from "../core/run.ts";
import type { Source } from "../ports/source.ts";
import { alike, type KeyedLevel, levelName, showNode } from "./declared-hierarchy.ts";

/** Forecasts of one time over all nodes of a hierarchy; NaN where there is none. Bounds: one vector for each coverage. */
export interface StepForecasts {
  readonly mean: Float64Array;
  readonly lower: readonly Float64Array[];
  readonly upper: readonly Float64Array[];
}

/** Returns vectors of NaN for the forecasts of one time. */
export function noForecasts(nodes: number, coverages: number): StepForecasts {
  const vector = () => new Float64Array(nodes).fill(NaN);
  return {
    mean: vector(),
    lower: Array.from({ length: coverages }, vector),
    upper: Array.from({ length: coverages }, vector),
  };
}

/** A table of forecasts as it was when it was opened. */
interface PinnedForecasts {
  readonly table: string;
  readonly snapshot: Snapshot;
  readonly coverages: readonly number[];
  /** The position of each of the level's columns in the table's encoded keys. */
  readonly order: readonly number[];
}

/**
 * The base forecasts of one level, grouped by time, so that they can be read one time after another: memory holds the
 * forecasts of one time.
 */
export class BaseForecasts {
  readonly #source: Source;
  readonly #pinned: PinnedForecasts;
  readonly #inTableOrder: boolean;
  /** The times there are, in order, as texts; and their positions in the snapshot. */
  readonly times: ReadonlyMap<string, { readonly value: KeyValue; readonly ordinal: number }>;
  readonly timeColumn: KeyColumn;

  private constructor(source: Source, pinned: PinnedForecasts, keys: readonly KeyValue[]) {
    this.#source = source;
    this.#pinned = pinned;
    this.#inTableOrder = pinned.order.every((position, i) => position === i);
    this.timeColumn = at(pinned.snapshot.keyColumns, 0);
    this.times = new Map(
      keys.flatMap((value, ordinal) =>
        value === null ? [] : [[keyText(this.timeColumn, value), { value, ordinal }] as const],
      ),
    );
  }

  /**
   * Opens a table of forecasts.
   *
   * @param by - its level's columns
   * @throws {ManymodelError} `input` if it lacks a column, is by other keys, or has no times
   */
  static async open(
    source: Source,
    table: string,
    by: readonly string[],
    time: string,
    coverages: readonly number[],
  ): Promise<BaseForecasts> {
    const order = await keyOrder(source, table, by);
    const bounds = coverages.flatMap((coverage) => [`LO_${coverage}`, `HI_${coverage}`]);
    const columns = ["PARTITION_KEY", "FORECAST", ...bounds];
    const snapshot = await source.snapshot({ table, keyColumns: [time], columns, orderBy: ["PARTITION_KEY"] });
    const numbers = snapshot.columns.filter(({ name }) => !alike(name, "PARTITION_KEY"));
    const wrong = numbers.find(({ type }) => type !== "number" && type !== "integer");
    if (wrong !== undefined)
      throw new ManymodelError("input", `column ${wrong.name} of ${table} holds ${wrong.type}s; it must be numbers`);
    const keys = (await source.keys(snapshot, 0, snapshot.partitions)).map((key) => at(key, 0));
    const opened = new BaseForecasts(source, { table, snapshot, coverages, order }, keys);
    if (opened.times.size === 0)
      throw new ManymodelError(
        "input",
        `${table} has no forecasts with a value in ${time}; see the STATUS of its rows, or name the column of their times with --time (STEP if they have none)`,
      );
    return opened;
  }

  /** The name of the table. */
  get table(): string {
    return this.#pinned.table;
  }

  /**
   * Returns the encoded keys of the table's partitions, also of those without forecasts, values in the level's order.
   * Series that have ended are none of them.
   */
  async keys(): Promise<string[]> {
    const names = (await this.#source.columns(this.table))?.map(({ name }) => name) ?? [];
    const status = matchColumn(names, "STATUS");
    const keyColumns = ["PARTITION_KEY", ...(status === undefined ? [] : [status])];
    const snapshot = await this.#source.snapshot({ table: this.table, keyColumns, columns: [] });
    const keys = await this.#source.keys(snapshot, 0, snapshot.partitions);
    const used = keys.filter(([, of]) => of !== "ENDED").map(([text]) => this.#inOrder(text as string | null));
    return [...new Set(used)];
  }

  /** Reads the forecasts of one time into vectors over all nodes. A time that the table does not have has none. */
  async read(time: string, level: KeyedLevel, into: StepForecasts): Promise<void> {
    const place = this.times.get(time);
    if (place === undefined) return;
    const { batch } = await this.#source.read(this.#pinned.snapshot, [place.ordinal]);
    const names = Object.keys(batch.columns);
    const column = (word: string) => getColumn(batch, names.find((name) => alike(name, word)) ?? word).values;
    const texts = column("PARTITION_KEY") as readonly (string | null)[];
    const copies: [Float64Array, Float64Array][] = [
      [column("FORECAST") as Float64Array, into.mean],
      ...this.#pinned.coverages.flatMap((coverage, c): [Float64Array, Float64Array][] => [
        [column(`LO_${coverage}`) as Float64Array, at(into.lower, c)],
        [column(`HI_${coverage}`) as Float64Array, at(into.upper, c)],
      ]),
    ];
    for (const [row, stored] of texts.entries()) {
      const text = this.#inOrder(stored);
      const node = level.nodes.get(text);
      if (node === undefined) throw this.#stranger(level, text);
      if (Number.isFinite(at(into.mean, level.first + node)))
        throw new ManymodelError(
          "conflict",
          `${this.table} has two forecasts of ${showNode(level, text)} for ${this.timeColumn.name} = ${time}; name the view FORECASTS, or score each version into a table of its own (manymodel batch --output)`,
        );
      for (const [from, to] of copies) to[level.first + node] = at(from, row);
    }
  }

  /** Returns an encoded key with its values in the order of the level's columns. */
  #inOrder(text: string | null): string {
    const { order } = this.#pinned;
    if (order.length === 0) return "";
    if (this.#inTableOrder && text !== null) return text;
    const values = text?.split(",") ?? [];
    if (values.length !== order.length)
      throw new ManymodelError(
        "input",
        `PARTITION_KEY ${text} in ${this.table} has ${values.length} values; its level has ${order.length} columns`,
      );
    return order.map((position) => at(values, position)).join(",");
  }

  #stranger(level: KeyedLevel, text: string): ManymodelError {
    return new ManymodelError(
      "input",
      `${this.table} has forecasts of ${showNode(level, text)}, which has no leaf; level ${level.name} must have the keys of the leaves, and their types`,
    );
  }
}

/** Tells whether a column of a forecast table holds a key column's values. */
const isKeyColumn = (column: string, key: string) => alike(column, key) || alike(column, `KEY_${key}`);

/** Finds the place of each of a level's columns among the key columns of a forecast table. */
async function keyOrder(source: Source, table: string, by: readonly string[]): Promise<number[]> {
  const names = (await source.columns(table))?.map(({ name }) => name) ?? [];
  const [from, to] = [names.indexOf("MODEL_VERSION") + 1, names.indexOf("PARTITION_KEY")];
  // What is known of an imported file's columns is not enough: its keys are as they are declared.
  if (by.length === 0 || from === 0 || to < from) return by.map((_, i) => i);
  // A table that `setup` created before its keys were known has them after its other columns.
  const between = names.slice(from, to);
  const keys =
    between.length > 0 ? between : names.filter((candidate) => by.some((name) => isKeyColumn(candidate, name)));
  const order = by.map((name) => keys.findIndex((key) => isKeyColumn(key, name)));
  if (keys.length !== by.length || order.includes(-1))
    throw new ManymodelError(
      "input",
      `${table} has forecasts by ${keys.join(", ")}; they cannot be those of level ${levelName({ by })}`,
    );
  return order;
}
