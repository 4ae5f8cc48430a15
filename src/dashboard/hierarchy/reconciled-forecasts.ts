import { ManymodelError } from "../../core/errors.ts";
import type { Engine } from "../../ports/engine.ts";
import { number } from "../base/status-query.ts";
import type { SeriesData } from "../series/series-data.ts";
import { queriedTime } from "../series/series-newer.ts";
import type { Line } from "../wire.ts";

/** More keys, or steps of one node, are not read for the page. */
const MOST_ROWS = 1_000_000;

/** The sums of a node's forecasts: as reconciled, and by its own model. */
interface ForecastSums {
  readonly next: number | null;
  readonly base: number | null;
}

/** The forecasts of a node, step by step. */
interface NodeForecasts {
  readonly times: readonly number[];
  readonly forecast: Line;
  readonly base: Line;
  readonly lower: readonly Line[];
  readonly upper: readonly Line[];
}

/** A table of reconciled forecasts, read node by node. Levels are named, and nodes keyed, as in the table. */
export class ReconciledForecasts {
  readonly #engine: Pick<Engine, "source" | "tables">;
  readonly #table: string;

  constructor(engine: Pick<Engine, "source" | "tables">, table: string) {
    this.#engine = engine;
    this.#table = table;
  }

  /** Returns the keys of the nodes of a level that have a forecast. @throws {ManymodelError} `not-found` without any */
  async keys(level: string): Promise<string[]> {
    const { source, tables } = this.#engine;
    const none = () =>
      new ManymodelError("not-found", `there are no reconciled forecasts in ${this.#table} yet: manymodel reconcile`);
    if ((await source.columns(this.#table)) === undefined) throw none();
    const { rows, truncated } = await tables.query(
      `SELECT DISTINCT PARTITION_KEY FROM ${this.#table} WHERE LEVEL = $1 AND FORECAST IS NOT NULL ORDER BY PARTITION_KEY`,
      [level],
      MOST_ROWS,
    );
    if (truncated)
      throw new ManymodelError(
        "usage",
        `${this.#table} has more than ${MOST_ROWS} leaves; the page shows at most these`,
      );
    if (rows.length === 0) throw none();
    return rows.map(([key]) => String(key ?? ""));
  }

  /** Returns the sums of the first steps of each node of a level. */
  async sums(level: string, steps: number): Promise<ReadonlyMap<string, ForecastSums>> {
    const { rows } = await this.#engine.tables.query(
      `SELECT PARTITION_KEY, SUM(FORECAST), SUM(BASE_FORECAST) FROM ${this.#table}
       WHERE LEVEL = $1 AND STEP <= ${steps} GROUP BY PARTITION_KEY`,
      [level],
      MOST_ROWS,
    );
    return new Map(rows.map(([key, next, base]) => [String(key ?? ""), { next: number(next), base: number(base) }]));
  }

  /** Returns the forecasts of one node; the bounds of each coverage. */
  async series(
    [level, key]: readonly [level: string, key: string],
    time: string,
    type: SeriesData["timeType"],
    coverages: readonly number[],
  ): Promise<NodeForecasts> {
    const column = (name: string) => this.#engine.tables.columnName(name);
    const bounds = coverages.flatMap((one) => [`LO_${one}`, `HI_${one}`]);
    const { rows } = await this.#engine.tables.query(
      `SELECT ${[time, "FORECAST", "BASE_FORECAST", ...bounds].map(column).join(", ")} FROM ${this.#table}
       WHERE LEVEL = $1 AND PARTITION_KEY = $2 AND FORECAST IS NOT NULL ORDER BY STEP`,
      [level, key],
      MOST_ROWS,
    );
    const line = (i: number): Line => rows.map((row) => number(row[i]));
    return {
      times: rows.map(([time]) => queriedTime(type, String(time))),
      ...{ forecast: line(1), base: line(2) },
      lower: coverages.map((_, i) => line(3 + 2 * i)),
      upper: coverages.map((_, i) => line(4 + 2 * i)),
    };
  }

  /** Returns the forecasts of some nodes of a level, without bounds. */
  async lines(level: string, keys: readonly string[]): Promise<ReadonlyMap<string, Line>> {
    const lines = new Map(keys.map((key) => [key, [] as (number | null)[]]));
    if (keys.length === 0) return lines;
    const { rows } = await this.#engine.tables.query(
      `SELECT PARTITION_KEY, FORECAST FROM ${this.#table}
       WHERE LEVEL = $1 AND PARTITION_KEY IN (${keys.map((_, i) => `$${2 + i}`).join(", ")}) ORDER BY STEP`,
      [level, ...keys],
      MOST_ROWS,
    );
    for (const [key, value] of rows) lines.get(String(key ?? ""))?.push(number(value));
    return lines;
  }
}
