import type { ColumnInfo } from "../core/columns/column.ts";
import type { Frame } from "../model/frame.ts";

/** Somebody asked for rows that were not read. */
class NotRead extends Error {
  override readonly name = "NotRead";
}

/**
 * The rows of partitions that have not been read, because most models forecast without them. Whoever asks for them gets an
 * error, and what comes of that is void: `isAsked` tells so, even if the error was caught.
 */
export class RowsOnDemand {
  readonly data: Frame;
  #isAsked = false;

  constructor(columns: readonly ColumnInfo[]) {
    const ask = (): never => {
      this.#isAsked = true;
      throw new NotRead("the rows have not been read");
    };
    this.data = {
      get length() {
        return ask();
      },
      interval: null,
      columns,
      numbers: ask,
      series: ask,
      strings: ask,
      booleans: ask,
      dates: ask,
      times: ask,
    };
  }

  /** True if somebody has asked for rows. */
  get isAsked(): boolean {
    return this.#isAsked;
  }
}
