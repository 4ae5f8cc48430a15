import { count } from "../../text/number.ts";
import type { MonitorDetail } from "../wire.ts";
import { LineChart } from "./charts/line-chart.tsx";
import { Choice } from "./choice.tsx";
import { MonitoredPartitions } from "./monitored-partitions.tsx";
import { Readings } from "./readings.tsx";
import { go, href } from "./route.ts";
import { Fact } from "./run.tsx";
import { Command, Empty, Loading } from "./states.tsx";
import { useData } from "./use-data.ts";
import { When } from "./when.tsx";

const TONES: Readonly<Record<string, "good" | "bad" | undefined>> = { ok: "good", drift: "bad" };

/** Shows errors and coverage over time, and the partitions that drift. */
export function Monitor({ query }: { query: URLSearchParams }) {
  const data = useData<{ monitor: MonitorDetail | null }>(
    href(["monitor"], { model: query.get("model"), version: query.get("version") }),
  );
  return (
    <>
      <h1>Monitor</h1>
      <Readings />
      <Loading data={data} what="the ledger">
        {({ monitor }) =>
          monitor === null ? (
            <Empty title="No forecast has met its observation yet.">
              When new observations came: <Command>manymodel monitor</Command>
            </Empty>
          ) : (
            <Detail monitor={monitor} query={query} />
          )
        }
      </Loading>
    </>
  );
}

function Detail({ monitor, query }: { monitor: MonitorDetail; query: URLSearchParams }) {
  const { model, version, models, verdicts, days, levels } = monitor;
  return (
    <>
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        <Choice
          label="Version"
          value={`${model} ${version}`}
          options={models.map((one) => `${one.model} ${one.version}`)}
          onChoose={(chosen) => {
            const [name, of] = chosen.split(" ");
            go(href(["monitor"], { model: name, version: of }), true);
          }}
        />
      </form>
      <section class="panel" aria-label="Verdicts">
        <div class="facts">
          {verdicts.map(({ verdict, count: n }) => (
            <Fact key={verdict} name={verdict} value={count(n)} tone={TONES[verdict]} more="partitions" />
          ))}
          {monitor.monitoredAt !== null && (
            <Fact name="Monitored" value={<When at={utc(monitor.monitoredAt)} />} small />
          )}
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
      <NextCommands model={model} drifting={verdicts.find(({ verdict }) => verdict === "drift")?.count ?? 0} />
      <MonitoredPartitions monitor={monitor} query={query} />
    </>
  );
}

/** Lists the commands for partitions that drift. */
function NextCommands({ model, drifting }: { model: string; drifting: number }) {
  if (drifting === 0) return null;
  return (
    <section class="panel" aria-labelledby="next-title">
      <h2 id="next-title">Next steps</h2>
      <p class="muted">
        Refine the {count(drifting)} partitions that drift on current data, make a version with the new models, and
        forecast with it:
      </p>
      <ul class="plain steps">
        {[
          "manymodel refine --offenders --run-id better",
          `manymodel model patch ${model} --run better`,
          "manymodel batch",
        ].map((line) => (
          <li key={line}>
            <Command>{line}</Command>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Ends({ days }: { days: MonitorDetail["days"] }) {
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return null;
  return (
    <p class="ends muted">
      <span>{first.time.slice(0, 10)}</span>
      <span>{count(days.reduce((sum, day) => sum + day.forecasts, 0))} forecasts</span>
      <span>{last.time.slice(0, 10)}</span>
    </p>
  );
}

/** Returns a timestamp of a table, which is in UTC, as ISO 8601. */
const utc = (text: string) => (/[zZ]|[+-]\d\d:?\d\d$/.test(text) ? text : `${text.replace(" ", "T")}Z`);
