import { type FittedModel, fitted, forecast, METHODS, supports, update } from "@manymodel/forecast";
import { LIBRARY_DEFINITIONS } from "../../api/builtin-models.ts";
import { zip } from "../../core/aligned.ts";
import { type Drivers, findDrivers } from "../../core/drivers.ts";
import { messageOf } from "../../core/errors.ts";
import { keyText } from "../../core/partition-key.ts";
import { knownRegressors, predictDriven } from "../../model/builtin/driven-fit.ts";
import { formatTime, nextTimes } from "../../model/interval.ts";
import { readPeriod } from "../../model/period-rule.ts";
import { regressors } from "../../model/regressors.ts";
import { type SeriesAxis, stepsAfter } from "../../model/series-axis.ts";
import type { Engine } from "../../ports/engine.ts";
import { keyLabel } from "../base/key-label.ts";
import type { MonitorTables } from "../monitor/monitor-view.ts";
import { finite } from "../partitions/partition-view.ts";
import { LETTERS } from "../runs/run-progress.ts";
import { forecastTask } from "../runs/run-view.ts";
import { stretchOf } from "../totals/stretch.ts";
import type { Contest, Fan, SeriesAlarm, SeriesDetail, SeriesPending, SeriesPicture } from "../wire.ts";
import { batchNotes } from "./batch-notes.ts";
import { componentsOf } from "./components.ts";
import { diagnose } from "./diagnostics.ts";
import { libraryModel, modelLabel } from "./library-model.ts";
import { type FoundPartition, findPartition } from "./partition-of-run.ts";
import { alarmOf } from "./series-alarm.ts";
import { readSeries, type SeriesData, targetOf } from "./series-data.ts";
import { queriedTime, readNewer } from "./series-newer.ts";

/** Of a longer series, the last so many steps are shown. */
const MOST_STEPS = 5000;
/** A longer model is not shown as text. */
const MOST_MODEL_BYTES = 100_000;
const LEVELS = [80, 95];

/** The facts about a series from outside its run: newer rows, and alarms. */
export interface SeriesSurroundings {
  /** The table that forecasts take their data from; the run's own when left out. */
  readonly input?: string;
  /** True if models take in rows that are newer than those they were fitted to. */
  readonly advance: boolean;
  readonly monitored: Pick<MonitorTables, "status">;
  /** The table of forecasts that batches write, for what they note of the series. */
  readonly forecasts?: string;
}

/**
 * Returns one partition of a run, with everything that can be said of it; of a run in progress, once its chunk is done.
 *
 * @throws {ManymodelError} `not-found`, `conflict` or `corrupt` for the run or the partition
 */
export async function seriesDetail(
  engine: Engine,
  runId: string,
  partitionKey: string,
  around?: SeriesSurroundings,
): Promise<SeriesDetail | SeriesPending> {
  const place = await findPartition(engine, runId, partitionKey);
  if ("pending" in place) {
    const { chunk, state, error } = place.pending;
    return { pending: { text: keyLabel(partitionKey), chunk, at: chunk - 1, letter: LETTERS[state], error } };
  }
  const { row, segment, source } = place;
  const notes: string[] = [];
  const stored = row.model === null ? undefined : (JSON.parse(row.model) as unknown);
  const model = libraryModel(stored);
  const info = row.info === null ? null : (JSON.parse(row.info) as unknown);
  const contest = contestOf(info);
  const { keyColumns } = source.snapshot;
  const chunks = await engine.queue.chunks(source.runId);
  const alarm =
    around === undefined
      ? null
      : await alarmOf(engine, around.monitored, runId, partitionKey).catch((error) => {
          notes.push(`It is not known whether there is an alarm: ${messageOf(error, 300)}`);
          return null;
        });
  if (around?.forecasts !== undefined)
    notes.push(
      ...(await batchNotes(engine, around.forecasts, runId, partitionKey).catch((error) => [
        `It is not known what batches note: ${messageOf(error, 300)}`,
      ])),
    );
  const values = Array.from(zip(keyColumns, row.key), ([column, value]) => ({
    name: column.name,
    value: value === null ? "NULL" : keyText(column, value),
  }));
  return {
    key: partitionKey,
    text: keyLabel(partitionKey),
    keyColumns: values,
    alarm,
    runId,
    fromRun: source.runId,
    outcome: row.outcome,
    contest,
    notes,
    errorType: row.errorType,
    errorMessage: row.errorMessage,
    kind: row.modelKind,
    label: model === undefined ? row.modelKind : modelLabel(model),
    model: row.model !== null && row.model.length <= MOST_MODEL_BYTES ? stored : null,
    modelBytes: row.model?.length ?? 0,
    metrics: row.metrics === null ? {} : (JSON.parse(row.metrics) as Record<string, number | null>),
    record: {
      chunk: segment.chunk,
      attempt: row.attempt,
      worker: chunks.find(({ chunk }) => chunk === segment.chunk)?.worker ?? null,
      fitMs: row.fitMs,
      seed: row.seed,
      nObs: row.nObs,
      firstTs: row.firstTs,
      lastTs: row.lastTs,
      interval: row.interval,
      dataSha256: row.dataSha256,
      segment: segment.path,
    },
    log: row.log,
    info: contest === null ? info : null,
    series: await picture(engine, place, {
      model,
      contest,
      info,
      notes,
      around,
      alarm,
      runId,
      words: values.map(({ value }) => value),
      isOwn: model === stored,
    }).catch((error) => {
      notes.push(`There is no picture of the series: ${messageOf(error, 300)}`);
      return null;
    }),
  };
}

/** The parts of a picture besides the partition itself. */
interface Beside {
  /** The library's model of the partition, if it has one. */
  readonly model: FittedModel | undefined;
  readonly contest: Contest | null;
  /** The info that the definition stored beside the model. */
  readonly info: unknown;
  /** The notes of the page on the picture, to be added to. */
  readonly notes: string[];
  readonly around: SeriesSurroundings | undefined;
  readonly alarm: SeriesAlarm | null;
  readonly runId: string;
  /** The words of the key. */
  readonly words: readonly string[];
  /** True if the stored model is the library's own. */
  readonly isOwn: boolean;
}

async function picture(
  { source, tables }: Engine,
  { row, source: run }: FoundPartition,
  { model, contest, info, notes, around, alarm, runId, words, isOwn }: Beside,
): Promise<SeriesPicture | null> {
  const target = targetOf(run);
  if (target === null) {
    notes.push("There is no picture of the series: the run's exports name no target, and several columns are numbers.");
    return null;
  }
  const data = await readSeries(source, run.snapshot, target, row);
  if (data === undefined) {
    notes.push("There is no picture of the series: the source has no rows of this partition.");
    return null;
  }
  const { horizon, holdout, method } = forecastTask(run.exports);
  const { period, periods } = readPeriod(info, run.exports);
  const attempt = <T>(subject: string, work: () => T): T | null => {
    try {
      return work();
    } catch (error) {
      notes.push(`${subject}: ${messageOf(error, 300)}`);
      return null;
    }
  };
  const expected = model === undefined ? null : attempt("No fitted values", () => fittedOf(model, data, run.exports));
  const errors = expected === null ? null : Float64Array.from(zip(data.y, expected), ([value, fit]) => value - fit);
  const diagnosed =
    errors === null || model === undefined
      ? undefined
      : attempt("No residual diagnostics", () => diagnose(errors, model, period));
  const table = around?.input ?? run.snapshot.query.table;
  const { y: after, why } =
    around === undefined ? { y: new Float64Array(0), why: null } : await readNewer(tables, run, table, target, row);
  const moves = around?.advance === true && isOwn && LIBRARY_DEFINITIONS.has(run.definition.name);
  const moved =
    after.length > 0 && moves && model !== undefined && supports(model, "update")
      ? attempt("The forecast is not from the newest row", () => update(model, after))
      : null;
  const y = Float64Array.of(...data.y, ...after);
  const from = Math.max(0, y.length - MOST_STEPS);
  if (from > 0) notes.push(`The last ${MOST_STEPS} of ${y.length} steps are shown.`);
  const line = (values: ArrayLike<number>) =>
    Array.from({ length: Math.max(0, values.length - from) }, (_, i) => finite(values[from + i]));
  const components = attempt("No components", () => componentsOf(model, data.y, periods));
  const first =
    (model === undefined ? null : attempt("No intervals", () => fanOf(model, data.axis, run.exports, horizon))) ??
    storedFan(row.forecast);
  const steps = moved === null ? first : fanOf(moved, stepsAfter(data.axis, after.length), run.exports, horizon);
  const ahead = (moved === null ? 0 : after.length) + (steps?.mean.length ?? 0);
  const times = timesOf(data, Math.max(after.length, ahead));
  // After the newest row, or the last one that the model was fitted to.
  const forecastFrom = moved === null ? data.y.length : y.length;
  const since = alarm?.since ?? null;
  const latest = after.length === 0 ? undefined : times?.[y.length - 1];
  return {
    target,
    periods,
    timeType: data.timeType,
    times: times?.slice(from) ?? null,
    y: line(y),
    trained: Math.max(0, data.y.length - from),
    newer:
      row.outcome !== "succeeded" || row.lastTs === null || (after.length === 0 && why === null)
        ? null
        : {
            table,
            seen: row.lastTs,
            why,
            taken: moved !== null,
            latest: latest === undefined ? null : formatTime(data.timeType, latest),
            command: `manymodel forecast ${words.map(shellWord).join(" ")} --run ${runId}`,
          },
    since: since === null ? null : finite(queriedTime(data.timeType, since)),
    fitted: expected === null ? null : line(expected),
    forecast: steps,
    earlier: moved === null ? null : (first?.mean ?? null),
    effects: effectsIn(info),
    marks: attempt("No marks of drivers", () => marksOf(run.exports, info, data, times, from)) ?? [],
    holdout: row.outcome === "succeeded" && data.y.length > holdout ? holdout : 0,
    methods: methodsOf(method, contest),
    stretch: steps === null ? null : stretchOf(times, Array.from(y.subarray(0, forecastFrom), finite), steps.mean),
    components: components && {
      ...components,
      parts: components.parts.map(({ name, values }) => ({ name, values: values.slice(from) })),
    },
    diagnostics: diagnosed && errors !== null ? { residuals: line(errors), ...diagnosed } : null,
  };
}

/**
 * Returns the holidays of a run, and its drivers that are on or off, at the steps of a series from one on, with their effects as the
 * model's info has them. A driver without an effect has no marks.
 */
function marksOf(
  exports: unknown,
  info: unknown,
  data: SeriesData,
  times: readonly number[] | null,
  from: number,
): SeriesPicture["marks"] {
  const { regressors: columns = [], holidays = [] } = findDrivers(exports) ?? {};
  if (times === null) return [];
  const axis = { ...data.axis, times: Float64Array.from(times) };
  const effects = new Map(effectsIn(info).map(({ name, effect }) => [name, effect]));
  const names = [...effects.keys(), ...holidays.map(({ name }) => name)];
  const marks = (drivers: Drivers, isHoliday: boolean) =>
    Object.entries(regressors({ drivers }, axis, names)).flatMap(([name, values]) => {
      const isSwitch = isHoliday || values.every((value) => value === 0 || value === 1 || Number.isNaN(value));
      const steps = isSwitch
        ? [...values.subarray(from).entries()].flatMap(([i, value]) => (value > 0 ? [i] : []))
        : [];
      return steps.length === 0 ? [] : [{ name, isHoliday, effect: effects.get(name) ?? null, steps }];
    });
  return [...marks({ holidays }, true), ...marks({ regressors: columns }, false)];
}

/** Returns the effects of the regressors that drive a series, as a model's info has them. */
function effectsIn(info: unknown): SeriesPicture["effects"] {
  if (typeof info !== "object" || info === null || !("effects" in info)) return [];
  const { effects } = info;
  if (typeof effects !== "object" || effects === null) return [];
  return Object.entries(effects).flatMap(([name, one]: [string, unknown]) => {
    if (typeof one !== "object" || one === null || !("effect" in one) || typeof one.effect !== "number") return [];
    const error = "standardError" in one && typeof one.standardError === "number" ? one.standardError : null;
    return [{ name, effect: one.effect, standardError: error }];
  });
}

/** Returns the model's one-step forecasts of the series that it was fitted to. */
function fittedOf(model: FittedModel, { y, axis }: SeriesData, exports: unknown): Float64Array {
  return fitted(model, y, knownRegressors(model, exports, axis, y.length));
}

/** Returns the forecast of the steps after those of an axis, as far as the drivers of the model are known. */
function fanOf(model: FittedModel, axis: SeriesAxis, exports: unknown, horizon: number): Fan {
  const request = { horizon, levels: LEVELS, exports, axis: stepsAfter(axis, horizon) };
  const { mean, levels = [], lower = [], upper = [] } = predictDriven(forecast, model, request);
  const line = (values: ArrayLike<number>) => Array.from(values, finite);
  return { mean: line(mean), levels, lower: lower.map(line), upper: upper.map(line) };
}

/** Reads the forecast that the body returned: points without bounds. */
function storedFan(text: string | null): Fan | null {
  if (text === null) return null;
  return { mean: (JSON.parse(text) as (number | null)[]) ?? [], levels: [], lower: [], upper: [] };
}

/** Returns a word as a shell takes it. */
const shellWord = (word: string) => (/^[\w.:@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

/** Returns the times of the series and of the steps after it. */
function timesOf({ times, interval, y }: SeriesData, h: number): number[] | null {
  if (times === null) return null;
  const last = times.at(-1);
  const following = interval === null || last === undefined ? [] : nextTimes(last, interval, h);
  return [...times.subarray(0, y.length), ...following];
}

/** Methods to compare with any other. */
const COMPARED = ["snaive", "ets", "theta", "holt-winters"];

/**
 * Returns the methods whose holdout can be drawn: the run's own, or the winner; the other candidates; then some to
 * compare with.
 */
function methodsOf(method: string | null, contest: Contest | null): string[] {
  const contestants = contest === null ? [method] : [contest.winner, ...contest.ranking.map(({ name }) => name)];
  const names = contestants[0] === null ? contestants : [...contestants, ...COMPARED];
  return [...new Set(names)].filter((name): name is string => name !== null && Object.hasOwn(METHODS, name));
}

/** Returns the built-in contest's info, or null. */
function contestOf(info: unknown): Contest | null {
  if (typeof info !== "object" || info === null || !Array.isArray((info as { ranking?: unknown }).ranking)) return null;
  const { winner, reason, metric, ranking } = info as Record<string, unknown> & { ranking: Record<string, unknown>[] };
  const number = (value: unknown) => (typeof value === "number" ? value : null);
  return {
    winner: String(winner ?? ""),
    reason: String(reason ?? ""),
    metric: String(metric ?? ""),
    ranking: ranking.map(({ name, score, mase, smape, ms, failure }) => ({
      name: String(name),
      score: number(score),
      mase: number(mase),
      smape: number(smape),
      ms: number(ms),
      failure: failure === undefined || failure === null ? null : String(failure),
    })),
  };
}
