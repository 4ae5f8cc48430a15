import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { METHODS } from "@manymodel/forecast";
import { ManymodelError, show } from "../../core/errors.ts";
import { moduleUrl } from "../../core/module-url.ts";
import { readPeriod } from "../../model/period-rule.ts";
import type { Engine } from "../../ports/engine.ts";
import { forecastTask } from "../runs/run-view.ts";
import type { HoldoutForecast } from "../wire.ts";
import type { HoldoutRequest } from "./holdout-thread.ts";
import { findPartition } from "./partition-of-run.ts";
import { readSeries, targetOf } from "./series-data.ts";

/** The milliseconds that a method may take. The page would have stopped waiting after them. */
const LIMIT_MS = 30_000;

/**
 * Fits a method to a series without its holdout, as the run did when it measured it, and forecasts the holdout; in a
 * thread of its own, since some methods take seconds.
 *
 * @throws {ManymodelError} `usage` for an unknown method or a run without a holdout; `input` if the method cannot be fitted
 */
export async function holdoutForecast(
  engine: Engine,
  runId: string,
  partitionKey: string,
  method: string,
): Promise<HoldoutForecast> {
  if (!Object.hasOwn(METHODS, method))
    throw new ManymodelError(
      "usage",
      `method ${show(method)} is not known; the methods are ${Object.keys(METHODS).join(", ")}`,
    );
  const place = await findPartition(engine, runId, partitionKey);
  if ("pending" in place)
    throw new ManymodelError("conflict", `run ${runId} has not trained ${show(partitionKey)} yet; wait for its chunk`);
  const { row, source } = place;
  const { holdout } = forecastTask(source.exports);
  const season = readPeriod(row.info === null ? null : JSON.parse(row.info), source.exports);
  const target = targetOf(source);
  const data = target === null ? undefined : await readSeries(engine.source, source.snapshot, target, row);
  if (data === undefined || holdout === 0 || data.y.length <= holdout)
    throw new ManymodelError("usage", `run ${runId} has no holdout of this series`);
  return fitInThread({ y: data.y, season, holdout, method: method as HoldoutRequest["method"] });
}

async function fitInThread(request: HoldoutRequest): Promise<HoldoutForecast> {
  const file = moduleUrl("./holdout-thread", import.meta.url);
  const thread = new Worker(file, { workerData: request });
  try {
    const [answer] = (await once(thread, "message", { signal: AbortSignal.timeout(LIMIT_MS) })) as [
      HoldoutForecast | { readonly failed: string },
    ];
    if ("failed" in answer) throw new ManymodelError("input", `${request.method}: ${answer.failed}`);
    return answer;
  } catch (error) {
    if ((error as Error).name !== "AbortError") throw error;
    throw new ManymodelError("input", `${request.method} took longer than ${LIMIT_MS / 1000} s for this series`);
  } finally {
    await thread.terminate();
  }
}
