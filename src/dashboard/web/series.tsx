import { useEffect, useMemo, useState } from "preact/hooks";
import { bytes, count, measure, signed } from "../../text/number.ts";
import { duration, stepTime } from "../../text/time.ts";
import {
  CHUNK_LETTERS,
  type Fan,
  type HoldoutForecast,
  type NewerRows,
  type RunDetail,
  type RunProgress,
  type SeriesAlarm,
  type SeriesDetail,
  type SeriesPending,
  type SeriesPicture,
} from "../wire.ts";
import { unpackPicture } from "../wire-series.ts";
import { ApiError, read } from "./api.ts";
import { Candidates } from "./candidates.tsx";
import { FanChart } from "./charts/fan-chart.tsx";
import { forecastStart } from "./charts/fan-lines.ts";
import { LineChart } from "./charts/line-chart.tsx";
import { Residuals } from "./charts/residuals.tsx";
import { Neighbours } from "./neighbours.tsx";
import { Notes } from "./notes.tsx";
import { Planner } from "./planner.tsx";
import { href, setQuery } from "./route.ts";
import { RunHead } from "./run.tsx";
import { Command, Empty, Loading } from "./states.tsx";
import { StretchLine } from "./stretch.tsx";
import { TableFiles } from "./table-files.tsx";
import { type HeadColumn, TableHead } from "./table-head.tsx";
import { useData, useLive } from "./use-data.ts";
import { metricWords } from "./words.ts";

/** Shows one partition: its series, its model, and everything that was said of it. */
export function Series({ runId, query }: { runId: string; query: URLSearchParams }) {
  const key = query.get("key") ?? "";
  const data = useData<SeriesDetail | SeriesPending>(key === "" ? null : href(["runs", runId, "series"], { key }));
  return (
    <>
      <RunHead runId={runId} tab="series" />
      <Neighbours runId={runId} query={query} />
      {key === "" ? (
        <Empty title="The address names no partition.">
          <a href={href(["runs", runId, "partitions"])}>Choose one</a>
        </Empty>
      ) : (
        <Loading data={data} what="the series">
          {(series) =>
            "pending" in series ? (
              <Pending runId={runId} pending={series.pending} onDone={data.reload} />
            ) : (
              <Detail series={series} wanted={query.getAll("method")} />
            )
          }
        </Loading>
      )}
    </>
  );
}

/** Shows a partition that is still to be trained: shown as soon as it is. */
function Pending(props: { runId: string; pending: SeriesPending["pending"]; onDone: () => void }) {
  const { text, chunk, at, letter, error } = props.pending;
  const live = useLive<RunProgress>(href(["live", props.runId]));
  const now = (live?.chunks[at] ?? letter) as keyof typeof CHUNK_LETTERS;
  const isOver = now !== letter && "fxs".includes(now);
  useEffect(() => {
    if (isOver || live?.state === "completed") props.onDone();
  }, [isOver, live?.state]);
  return (
    <>
      <h1 class="series-title">
        <span class="clip" title={text}>
          {text === "" ? "(empty key)" : text}
        </span>
      </h1>
      <Empty title={`Not trained yet: its chunk, ${chunk}, is ${CHUNK_LETTERS[now]}.`}>
        <p class="muted">
          {error !== null && <>It was tried before: {error}. </>}
          {live !== undefined && `${count(live.done)} of ${count(live.total)} partitions are done. `}
          The results of this one appear here as soon as its chunk is done.
        </p>
      </Empty>
    </>
  );
}

function Detail({ series: packed, wanted }: { series: SeriesDetail; wanted: readonly string[] }) {
  const series = useMemo(
    (): SeriesDetail => ({ ...packed, series: packed.series && unpackPicture(packed.series) }),
    [packed],
  );
  const picture = series.series;
  const run = useData<RunDetail>(href(["runs", series.runId]));
  const models = [...new Set(run.value?.versions.map(({ model }) => model))];
  return (
    <>
      <h1 class="series-title">
        <span class="clip" title={series.text}>
          {series.text === "" ? "(empty key)" : series.text}
        </span>
        {series.label !== null && <span class="tag">{series.label}</span>}
        {series.outcome !== "succeeded" && (
          <span class={`state state-${series.outcome === "failed" ? "failed" : "skipped"}`}>{series.outcome}</span>
        )}
      </h1>
      {series.errorType !== null && (
        <p class="notice bad" role="alert">
          <b>{series.errorType}</b> {series.errorMessage}
        </p>
      )}
      {series.alarm !== null && <Alarm alarm={series.alarm} />}
      {picture !== null && picture.newer !== null && <Newer newer={picture.newer} />}
      {picture !== null && <Picture series={series} picture={picture} wanted={wanted} />}
      <Notes notes={series.notes} />
      {models.map((model) => (
        <Planner
          key={model}
          model={model}
          partition={series.key}
          times={picture === null ? [] : futureTimes(picture)}
        />
      ))}
      <div class="columns">
        {series.contest !== null && (
          <Candidates contest={series.contest} methods={picture?.methods ?? []} shown={wanted} />
        )}
        <Metrics metrics={series.metrics} />
        {picture !== null && picture.effects.length > 0 && <Effects picture={picture} />}
        {picture?.diagnostics && <Residuals diagnostics={picture.diagnostics} ends={endsOf(picture, 0)} />}
        {picture?.components && (
          <section class="panel" aria-labelledby="parts-title">
            <h2 id="parts-title">
              Components{" "}
              <span class="muted small">
                {picture.components.source === "model" ? "of the model" : "by STL, of the series"}
              </span>
            </h2>
            {picture.components.parts.map(({ name, values }) => {
              const from = seasonStart(name, values.length);
              return (
                <LineChart
                  key={name}
                  label={from > 0 ? `${name}, its end` : name}
                  values={values.slice(from)}
                  zero={name === "remainder"}
                  ends={endsOf(picture, from)}
                />
              );
            })}
          </section>
        )}
        {series.log !== null && <Log text={series.log} />}
        <Record series={series} />
      </div>
    </>
  );
}

/** Returns the names of a step and of the last step that the model was fitted to. */
const endsOf = ({ times, timeType, trained }: SeriesPicture, from: number): readonly [string, string] =>
  times === null
    ? [`step ${from + 1}`, `step ${trained}`]
    : [stepTime(times[from], timeType), stepTime(times[trained - 1], timeType)];

/** The seasons that a small chart can tell apart. */
const MOST_SEASONS = 40;

/** Returns the first step of a component to draw: of a long line of short seasons, only its end can be read. */
function seasonStart(name: string, length: number): number {
  const period = Number(/^season of (\d+)/.exec(name)?.[1] ?? Number.NaN);
  return period * MOST_SEASONS < length ? length - Math.round(period * MOST_SEASONS) : 0;
}

/** Returns the times of the forecasts, as overrides state times; none where the series has no dates. */
function futureTimes(picture: SeriesPicture): string[] {
  const { times, timeType, forecast } = picture;
  if (times === null || timeType === "number" || forecast === null) return [];
  const start = forecastStart(picture);
  return times.slice(start, start + forecast.mean.length).map((time) => {
    const text = new Date(time).toISOString();
    return timeType === "date" ? text.slice(0, 10) : text.slice(0, 19).replace("T", " ");
  });
}

/** Shows why monitoring has this series among those that drift. */
function Alarm({ alarm: { verdict, reasons, since } }: { alarm: SeriesAlarm }) {
  return (
    <p class="notice bad">
      Monitoring says <b>{verdict}</b>
      {reasons !== "" && `: ${reasons}`}
      {since !== null && `, since ${since.replace(/[ T]00:00:00.*$/, "")}`}.
    </p>
  );
}

/** Shows the rows of the table that the model was not fitted to. */
function Newer({ newer: { table, seen, latest, why, taken, command } }: { newer: NewerRows }) {
  return (
    <p class="notice newer">
      The model was fitted to data up to {seen}
      {latest !== null
        ? `; ${table} has rows up to ${latest}. ${taken ? "The forecast starts after the newest row." : "The forecast starts after the model's training data."}`
        : `. Newer rows, if there are any, are not shown: ${why}.`}{" "}
      {!taken && (
        <>
          For a forecast from current data: <Command>{command}</Command>
        </>
      )}
    </p>
  );
}

/** The value of `method` in an address that draws no forecast of the holdout. */
const NO_METHOD = "none";

/** A method's forecast of the holdout: there, or the reason why it is not. */
interface Held {
  readonly method: string;
  readonly value: HoldoutForecast | undefined;
  readonly problem: string | undefined;
}

/** Reads the forecasts of the holdout by several methods, each once. */
function useHoldouts(series: SeriesDetail, methods: readonly string[]): readonly Held[] {
  const [results, setResults] = useState<ReadonlyMap<string, Held>>(new Map());
  const names = methods.join(" ");
  useEffect(() => {
    const abort = new AbortController();
    for (const method of methods) {
      if (results.has(method)) continue;
      const keep = (value: HoldoutForecast | undefined, problem: string | undefined) =>
        abort.signal.aborted || setResults((before) => new Map(before).set(method, { method, value, problem }));
      read<HoldoutForecast>(href(["runs", series.runId, "holdout"], { key: series.key, method }), abort.signal).then(
        (value) => keep(value, undefined),
        (error) => keep(undefined, error instanceof ApiError ? error.message : "It cannot be read."),
      );
    }
    return () => abort.abort();
  }, [names, series]);
  return methods.map((method) => results.get(method) ?? { method, value: undefined, problem: undefined });
}

function Picture({
  series,
  picture,
  wanted,
}: {
  series: SeriesDetail;
  picture: SeriesPicture;
  wanted: readonly string[];
}) {
  const { holdout, methods, stretch } = picture;
  const chosen = wanted.length > 0 ? wanted.filter((method) => method !== NO_METHOD) : methods.slice(0, 1);
  const results = useHoldouts(series, holdout === 0 ? [] : chosen);
  const forecasts = results.flatMap(({ value }) => (value === undefined ? [] : [value]));
  const names = forecasts.map(({ method }) => method).join(" ");
  const stable = useMemo(() => forecasts, [names, series]);
  const choose = (name: string) => {
    const next = chosen.includes(name) ? chosen.filter((one) => one !== name) : [...chosen, name];
    setQuery({ method: next.length === 0 ? NO_METHOD : next });
  };
  return (
    <section class="panel" aria-labelledby="series-chart">
      <h2 id="series-chart" class="hidden">
        History and forecast of {series.text}
      </h2>
      {stretch !== null && <StretchLine stretch={stretch} />}
      <FanChart picture={picture} holdouts={stable} name={series.text} />
      {holdout > 0 && methods.length > 0 && (
        <div class="holdouts">
          <span class="muted">The last {holdout} steps are a holdout, with forecasts by</span>
          {methods.map((name) => (
            <button
              key={name}
              type="button"
              class="chip"
              aria-pressed={chosen.includes(name)}
              onClick={() => choose(name)}
            >
              {name}
            </button>
          ))}
          {results.map(({ method, value, problem }) => (
            <span key={method} class={problem === undefined ? "muted" : "bad"}>
              {problem ??
                (value === undefined
                  ? `${method}: fitting …`
                  : `${method}: MASE ${measure(value.accuracy.mase)}, sMAPE ${measure(value.accuracy.smape)}, fitted in ${duration(value.ms)}`)}
            </span>
          ))}
        </div>
      )}
      {picture.forecast !== null && <ForecastTable picture={picture} forecast={picture.forecast} />}
    </section>
  );
}

/** Lists the drivers of a series, with their effects in units of the target. Holidays, and drivers that are on or off, are marked in the chart. */
function Effects({ picture: { effects } }: { picture: SeriesPicture }) {
  return (
    <section class="panel" aria-labelledby="effects-title">
      <h2 id="effects-title">
        Drivers{" "}
        <TableFiles
          name="drivers"
          rows={[
            ["DRIVER", "EFFECT", "STANDARD_ERROR"],
            ...effects.map(({ name, effect, standardError }) => [name, effect, standardError]),
          ]}
        />
      </h2>
      <table class="rows">
        <TableHead columns={["Driver", ["Effect", "n"], ["Standard error", "n"]]} />
        <tbody>
          {effects.map(({ name, effect, standardError }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td class="n strong">{signed(effect)}</td>
              <td class="n">{measure(standardError)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Shows the forecast in numbers. */
function ForecastTable({ picture, forecast }: { picture: SeriesPicture; forecast: Fan }) {
  const { times, timeType } = picture;
  const { mean, levels, lower, upper } = forecast;
  const rows = mean.map((value, i) => [
    stepTime(times?.[forecastStart(picture) + i], timeType) || String(i + 1),
    value,
    ...levels.flatMap((_, l) => [lower[l]?.[i] ?? null, upper[l]?.[i] ?? null]),
  ]);
  return (
    <details>
      <summary>Forecast as a table</summary>
      <TableFiles
        name="the forecast"
        rows={[["TIME", "FORECAST", ...levels.flatMap((level) => [`LO_${level}`, `HI_${level}`])], ...rows]}
      />
      <div class="scroll">
        <table class="rows">
          <TableHead columns={["Step", ["Forecast", "n"], ...levels.map((level): HeadColumn => [`${level} %`, "n"])]} />
          <tbody>
            {mean.map((value, i) => (
              <tr key={i}>
                <th scope="row">
                  {i + 1} <span class="muted">{stepTime(times?.[forecastStart(picture) + i], timeType)}</span>
                </th>
                <td class="n">{measure(value)}</td>
                {levels.map((level, l) => (
                  <td key={level} class="n">
                    {measure(lower[l]?.[i])} … {measure(upper[l]?.[i])}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

/** The metric that a contest measured by forecasting what a method had not seen. */
const CONTEST_SCORE = "contest_score";

function Metrics({ metrics }: { metrics: SeriesDetail["metrics"] }) {
  const names = Object.keys(metrics);
  if (names.length === 0) return null;
  const plain = names.filter((name) => !name.startsWith("holdout_") && name !== CONTEST_SCORE);
  const measures = names.filter((name) => name.startsWith("holdout_"));
  const both = [...new Set([...measures.map((name) => name.slice(8)), ...plain])];
  return (
    <section class="panel" aria-labelledby="metrics-title">
      <h2 id="metrics-title">
        Errors{" "}
        <TableFiles
          name="errors"
          rows={[
            ["METRIC", "HOLDOUT", "IN_SAMPLE"],
            ...both.map((name) => [name, metrics[`holdout_${name}`], metrics[name]]),
          ]}
        />
      </h2>
      <table class="rows">
        <TableHead columns={["Metric", ["Holdout", "n"], ["In sample", "n"]]} />
        <tbody>
          {both.map((name) => (
            <tr key={name}>
              <th scope="row" class="wraps">
                {metricWords(`holdout_${name}`)}
              </th>
              <td class="n strong">{measure(metrics[`holdout_${name}`])}</td>
              <td class="n">{measure(metrics[name])}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {metrics[CONTEST_SCORE] !== undefined && (
        <p class="muted">
          {CONTEST_SCORE} <b>{measure(metrics[CONTEST_SCORE])}</b>: of the contest's forecasts, which are out of sample
        </p>
      )}
    </section>
  );
}

/** Shows the text that the body printed for this partition. */
function Log({ text }: { text: string }) {
  return (
    <section class="panel log" aria-labelledby="log-title">
      <h2 id="log-title">Log</h2>
      <pre tabIndex={0}>{text}</pre>
    </section>
  );
}

function Record({ series }: { series: SeriesDetail }) {
  const { record } = series;
  const [whole, setWhole] = useState(false);
  const rows: [string, string | null][] = [
    ...series.keyColumns.map(({ name, value }): [string, string] => [name, value]),
    ["Encoded key", series.key],
    ["Rows", count(record.nObs)],
    ["From, to", record.firstTs === null ? null : `${record.firstTs} … ${record.lastTs}`],
    ["Interval", record.interval],
    ["Period", series.series?.periods.join(", ") || null],
    ["Run of the model", series.fromRun],
    ["Chunk, attempt", `${record.chunk}, ${record.attempt}`],
    ["Worker", record.worker],
    ["Fitted in", duration(record.fitMs)],
    ["Seed", String(record.seed)],
    ["Segment", record.segment],
    ["Data SHA-256", record.dataSha256],
  ];
  const text = series.model === null ? "" : JSON.stringify(series.model, null, 1);
  return (
    <section class="panel" aria-labelledby="record-title">
      <h2 id="record-title">Record</h2>
      <dl class="pairs">
        {rows.map(
          ([name, value]) =>
            value !== null && (
              <div key={name}>
                <dt>{name}</dt>
                <dd class="wrap">{value}</dd>
              </div>
            ),
        )}
      </dl>
      {series.info !== null && (
        <details>
          <summary>Info</summary>
          <pre tabIndex={0}>{JSON.stringify(series.info, null, 1)}</pre>
        </details>
      )}
      {series.modelBytes > 0 && (
        <details onToggle={(event) => setWhole(event.currentTarget.open)}>
          <summary>
            Model, {bytes(series.modelBytes)} of JSON{text === "" && ": too long to show"}
          </summary>
          {whole && text !== "" && <pre tabIndex={0}>{text}</pre>}
        </details>
      )}
    </section>
  );
}
