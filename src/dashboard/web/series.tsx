import { useEffect, useState } from "preact/hooks";
import { bytes, count, measure } from "../../text/number.ts";
import { duration, stepTime } from "../../text/time.ts";
import {
  CHUNK_LETTERS,
  type Fan,
  type HoldoutForecast,
  type NewerRows,
  type RunProgress,
  type SeriesAlarm,
  type SeriesDetail,
  type SeriesPending,
  type SeriesPicture,
} from "../wire.ts";
import { Candidates } from "./candidates.tsx";
import { FanChart, forecastStart } from "./charts/fan-chart.tsx";
import { LineChart } from "./charts/line-chart.tsx";
import { Residuals } from "./charts/residuals.tsx";
import { Neighbours } from "./neighbours.tsx";
import { href, setQuery } from "./route.ts";
import { RunHead } from "./run.tsx";
import { Command, Empty, Loading } from "./states.tsx";
import { type HeadColumn, TableHead } from "./table-head.tsx";
import { useData, useLive } from "./use-data.ts";

/** One partition: its series, its model, and everything that was said of it. */
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
              <Detail series={series} method={query.get("method")} />
            )
          }
        </Loading>
      )}
    </>
  );
}

/** A partition that is still to be trained: shown as soon as it is. */
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
        <span class="clip">{text === "" ? "(empty key)" : text}</span>
      </h1>
      <Empty title={`Not trained yet: its chunk, ${chunk}, is ${CHUNK_LETTERS[now]}.`}>
        <p class="muted">
          {error !== null && <>It was tried before: {error}. </>}
          {live !== undefined && `${count(live.done)} of ${count(live.total)} partitions are done. `}
          What is known of this one appears here as soon as its chunk is done.
        </p>
      </Empty>
    </>
  );
}

function Detail({ series, method }: { series: SeriesDetail; method: string | null }) {
  const picture = series.series;
  return (
    <>
      <h1 class="series-title">
        <span class="clip">{series.text === "" ? "(empty key)" : series.text}</span>
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
      {picture !== null && <Picture series={series} picture={picture} method={method} />}
      {series.notes.length > 0 && (
        <ul class="notes muted">
          {series.notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
      <div class="columns">
        {series.contest !== null && (
          <Candidates contest={series.contest} methods={picture?.methods ?? []} shown={method} />
        )}
        <Metrics metrics={series.metrics} />
        {picture?.diagnostics && <Residuals diagnostics={picture.diagnostics} />}
        {picture?.components && (
          <section class="panel" aria-labelledby="parts-title">
            <h2 id="parts-title">
              Components{" "}
              <span class="muted small">
                {picture.components.source === "model" ? "of the model" : "by STL, of the series"}
              </span>
            </h2>
            {picture.components.parts.map(({ name, values }) => (
              <LineChart key={name} label={name} values={values} zero={name === "remainder"} />
            ))}
          </section>
        )}
        {series.log !== null && <Log text={series.log} />}
        <Record series={series} />
      </div>
    </>
  );
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
        ? `; ${table} has rows up to ${latest}. ${taken ? "The forecast is from the newest row on." : "The forecast is from the last row that it was fitted to."}`
        : `. Newer rows, if there are any, are not shown: ${why}.`}{" "}
      {!taken && (
        <>
          With what there is now: <Command>{command}</Command>
        </>
      )}
    </p>
  );
}

function Picture({ series, picture, method }: { series: SeriesDetail; picture: SeriesPicture; method: string | null }) {
  const current = method ?? null;
  const holdout = useData<HoldoutForecast>(
    current === null || picture.holdout === 0
      ? null
      : href(["runs", series.runId, "holdout"], { key: series.key, method: current }),
  );
  const trial = current === null ? undefined : holdout.value?.method === current ? holdout.value : undefined;
  return (
    <section class="panel" aria-labelledby="series-chart">
      <h2 id="series-chart" class="hidden">
        History and forecast of {series.text}
      </h2>
      <FanChart picture={picture} held={trial} name={series.text} />
      {picture.holdout > 0 && picture.methods.length > 0 && (
        <p class="holdouts">
          <span class="muted">Holdout of {picture.holdout} steps, forecast as it was measured:</span>
          {picture.methods.map((name) => (
            <button
              key={name}
              type="button"
              class="chip"
              aria-pressed={current === name}
              onClick={() => setQuery({ method: current === name ? null : name })}
            >
              {name}
            </button>
          ))}
          {current !== null && holdout.loading && <span class="muted">fitting …</span>}
          {current !== null && holdout.error !== undefined && <span class="bad">{holdout.error.message}</span>}
          {trial !== undefined && (
            <span class="muted">
              MASE {measure(trial.accuracy.mase)}, sMAPE {measure(trial.accuracy.smape)}, fitted in {duration(trial.ms)}
            </span>
          )}
        </p>
      )}
      {picture.forecast !== null && <ForecastTable picture={picture} forecast={picture.forecast} />}
    </section>
  );
}

/** The forecast in numbers. */
function ForecastTable({ picture, forecast }: { picture: SeriesPicture; forecast: Fan }) {
  const { times, timeType } = picture;
  const { mean, levels, lower, upper } = forecast;
  return (
    <details>
      <summary>Forecast as a table</summary>
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
      <h2 id="metrics-title">Errors</h2>
      <table class="rows">
        <TableHead columns={["Metric", ["Holdout", "n"], ["In sample", "n"]]} />
        <tbody>
          {both.map((name) => (
            <tr key={name}>
              <th scope="row">{name}</th>
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
