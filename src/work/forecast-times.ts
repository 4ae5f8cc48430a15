import type { TrainedPartition } from "../core/artifact.ts";
import type { ColumnInfo } from "../core/columns/column.ts";
import { nextTimes, parseTime } from "../model/interval.ts";

/**
 * The times of the forecasts of partitions that are scored one after another. Most series of a table end together, so the
 * times of the last one are kept for the next.
 */
export class ForecastTimes {
  #question = "";
  #times: Float64Array = new Float64Array(0);

  /**
   * Returns the times after the newest observation, at the series' own interval. Null if the series has none.
   *
   * @param time - the time column
   * @param steps - how many observations the model has taken in since it was fitted
   */
  after(
    time: ColumnInfo | null,
    { lastTs, interval }: Pick<TrainedPartition, "lastTs" | "interval">,
    steps: number,
    horizon: number,
  ): Float64Array | null {
    if (time === null || lastTs === null || interval === null) return null;
    const type = time.type === "date" || time.type === "timestamp" ? time.type : "number";
    const question = `${type} ${lastTs} ${interval} ${steps} ${horizon}`;
    if (question !== this.#question) {
      this.#times = nextTimes(parseTime(type, lastTs), interval, steps + horizon).subarray(steps);
      this.#question = question;
    }
    return this.#times;
  }
}
