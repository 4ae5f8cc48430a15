import type { Grouping } from "../../core/attributes.ts";
import type { KeyArgument } from "../../model/define-model.ts";
import type { ForecastsPictureOptions, MetricOptions, SeriesPictureOptions } from "../verbs/draw.ts";
import type { Workspace } from "../workspace.ts";
import type { Runs } from "./runs.ts";

/** Pictures of a workspace, each as the text of an SVG document. */
export class Pictures {
  readonly #drawn: { readonly workspace: Workspace; readonly runs: Runs };

  constructor(workspace: Workspace, runs: Runs) {
    this.#drawn = { workspace, runs };
  }

  /**
   * Draws one partition: history, fit and forecast.
   *
   * @param key - the key's value, or for a composite key an object of column name to value
   * @throws {ManymodelError} `not-found` if there is no such partition; `usage` if its model gives no forecast
   */
  async series(key: KeyArgument, options: SeriesPictureOptions = {}): Promise<string> {
    const { drawPartition } = await import("../verbs/draw.ts");
    return drawPartition(this.#drawn, key, options);
  }

  /** Draws several partitions side by side, each on its own scale. @throws {ManymodelError} `not-found`, `usage` */
  async forecasts(options: ForecastsPictureOptions = {}): Promise<string> {
    const { drawForecasts } = await import("../verbs/draw.ts");
    return drawForecasts(this.#drawn, options);
  }

  /**
   * Draws a metric over the partitions of a run, the newest completed one when left out: its distribution over all
   * partitions, and for each group of partitions, or without groups for each kind of model.
   */
  async accuracy(run?: string, options: MetricOptions & Grouping = {}): Promise<string> {
    const { drawAccuracy } = await import("../verbs/draw.ts");
    return drawAccuracy(this.#drawn, run, options);
  }

  /** Draws two completed runs, partition by partition. */
  async comparison(runA: string, runB: string, options: MetricOptions = {}): Promise<string> {
    const { drawComparison } = await import("../verbs/draw.ts");
    return drawComparison(this.#drawn, runA, runB, options);
  }

  /** Draws a run's chunks by state, and its failures by reason; the newest completed run when left out. */
  async run(runId?: string): Promise<string> {
    const { drawRun } = await import("../verbs/draw.ts");
    return drawRun(this.#drawn, runId);
  }
}
