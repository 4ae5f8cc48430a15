import type { MonitorDetail } from "../wire.ts";
import { count, measure, moment } from "./format.ts";
import { LineChart } from "./line-chart.tsx";
import { go, href } from "./route.ts";
import { Fact } from "./run.tsx";
import { Command, Empty, Loading } from "./states.tsx";
import { useData } from "./use-data.ts";

const TONES: Readonly<Record<string, "good" | "bad" | undefined>> = { ok: "good", drift: "bad" };

/** How forecasts turned out: errors and coverage over time, and what drifts. */
export function Monitor({ query }: { query: URLSearchParams }) {
  const data = useData<{ monitor: MonitorDetail | null }>(
    href(["monitor"], { model: query.get("model"), version: query.get("version") }),
  );
  return (
    <>
      <h1>Monitor</h1>
      <Loading data={data} what="the ledger">
        {({ monitor }) =>
          monitor === null ? (
            <Empty title="No forecast has met its observation yet.">
              When new observations came: <Command>manymodel monitor</Command>
            </Empty>
          ) : (
            <Detail monitor={monitor} />
          )
        }
      </Loading>
    </>
  );
}

function Detail({ monitor }: { monitor: MonitorDetail }) {
  const { model, version, models, verdicts, days, levels, worst } = monitor;
  return (
    <>
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        <label>
          <span>Version</span>
          <select
            value={`${model} ${version}`}
            onChange={(event) => {
              const [name, of] = event.currentTarget.value.split(" ");
              go(href(["monitor"], { model: name, version: of }), true);
            }}
          >
            {models.map((one) => (
              <option key={`${one.model} ${one.version}`} value={`${one.model} ${one.version}`}>
                {one.model} {one.version}
              </option>
            ))}
          </select>
        </label>
      </form>
      <section class="panel" aria-label="Verdicts">
        <div class="facts">
          {verdicts.map(({ verdict, count: n }) => (
            <Fact key={verdict} name={verdict} value={count(n)} tone={TONES[verdict]} more="partitions" />
          ))}
          {monitor.monitoredAt !== null && <Fact name="Monitored" value={moment(utc(monitor.monitoredAt))} />}
        </div>
      </section>
      {days.length > 0 && (
        <div class="columns">
          <section class="panel" aria-labelledby="accuracy-title">
            <h2 id="accuracy-title">Accuracy over time</h2>
            <LineChart
              label="mean absolute error, over each series' scale"
              values={days.map((day) => day.scaledError)}
              zero
            />
            <LineChart
              label="mean error: above zero, forecasts were too low"
              values={days.map((day) => day.meanError)}
              zero
            />
            <Ends days={days} />
          </section>
          <section class="panel" aria-labelledby="coverage-title">
            <h2 id="coverage-title">Coverage</h2>
            {levels.map((level, l) => (
              <LineChart
                key={level}
                label={`inside the ${level} % interval, in percent`}
                values={days.map((day) => day.coverage[l] ?? null)}
                mark={level}
              />
            ))}
            <Ends days={days} />
          </section>
        </div>
      )}
      <section class="panel" aria-labelledby="drift-title">
        <h2 id="drift-title">What is not as it was</h2>
        {worst.length === 0 ? (
          <p class="muted">No partition drifts, or is to be watched.</p>
        ) : (
          <div class="scroll">
            <table class="rows">
              <thead>
                <tr>
                  <th scope="col">Partition</th>
                  <th scope="col">Verdict</th>
                  <th scope="col" class="n">
                    Severity
                  </th>
                  <th scope="col" class="n">
                    Errors
                  </th>
                  <th scope="col" class="far">
                    Since
                  </th>
                  <th scope="col">Reasons</th>
                </tr>
              </thead>
              <tbody>
                {worst.map((one) => (
                  <tr key={one.key}>
                    <th scope="row" class="clip">
                      <a href={href(["runs", one.runId, "series"], { key: one.key })}>{one.text}</a>
                    </th>
                    <td class={one.verdict === "drift" ? "bad" : ""}>{one.verdict}</td>
                    <td class="n">{measure(one.severity)}</td>
                    <td class="n">{one.ratio === null ? "–" : `× ${measure(one.ratio)}`}</td>
                    <td class="far">{one.since?.slice(0, 10) ?? "–"}</td>
                    <td>{one.reasons}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </section>
    </>
  );
}

function Ends({ days }: { days: MonitorDetail["days"] }) {
  return (
    <p class="ends muted">
      <span>{days[0]!.time.slice(0, 10)}</span>
      <span>{count(days.reduce((sum, day) => sum + day.forecasts, 0))} forecasts</span>
      <span>{days.at(-1)!.time.slice(0, 10)}</span>
    </p>
  );
}

/** A timestamp of a table, which is in UTC, as ISO 8601. */
const utc = (text: string) => (/[zZ]|[+-]\d\d:?\d\d$/.test(text) ? text : `${text.replace(" ", "T")}Z`);
