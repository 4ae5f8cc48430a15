import { count, measure, percent, signed } from "../../text/number.ts";
import type { CompareDetail, ComparedPartition, RunLine, Spread } from "../wire.ts";
import { ChartFiles } from "./chart-files.tsx";
import { Bars } from "./charts/bars.tsx";
import { Choice } from "./choice.tsx";
import { go, href, setQuery } from "./route.ts";
import { Fact } from "./run.tsx";
import { Command, Empty, Loading, Warning } from "./states.tsx";
import { TableFiles } from "./table-files.tsx";
import { TableHead } from "./table-head.tsx";
import { useData } from "./use-data.ts";
import { metricWords } from "./words.ts";

/** Shows two runs, partition by partition. */
export function Compare({ query }: { query: URLSearchParams }) {
  const runs = useData<readonly RunLine[]>("/runs");
  return (
    <>
      <h1>Compare</h1>
      <Loading data={runs} what="the runs">
        {(all) => <RunChoice runs={all.filter(({ state }) => state === "completed")} query={query} />}
      </Loading>
    </>
  );
}

function RunChoice({ runs, query }: { runs: readonly RunLine[]; query: URLSearchParams }) {
  const [newest, older] = runs;
  if (newest === undefined || older === undefined)
    return (
      <Empty title="There are fewer than two completed runs to compare.">
        Improve the worst of one: <Command>manymodel refine --from RUN</Command>
      </Empty>
    );
  const b = query.get("b") ?? (query.get("a") === newest.runId ? older.runId : newest.runId);
  // What B was made from or, of a collection, the oldest run of the same size.
  const inB = runs.find(({ runId }) => runId === b);
  const others = runs.filter(({ runId }) => runId !== b);
  const fallback =
    others.find(({ runId }) => runId === inB?.refines) ??
    others.findLast(({ partitions }) => partitions === inB?.partitions) ??
    (b === newest.runId ? older : newest);
  const a = query.get("a") ?? fallback.runId;
  const names = runs.map(({ runId }) => runId);
  const select = (name: "a" | "b", value: string, label: string) => (
    <Choice
      label={label}
      value={value}
      options={names.includes(value) ? names : [value, ...names]}
      onChoose={(chosen) => go(href(["compare"], { a, b, [name]: chosen, metric: query.get("metric") }), true)}
    />
  );
  return (
    <>
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        {select("a", a, "Run A")}
        <button type="button" class="quiet swap" aria-label="Exchange A and B" onClick={() => setQuery({ a: b, b: a })}>
          ⇄
        </button>
        {select("b", b, "Run B")}
      </form>
      {a === b ? <Empty title="A and B are the same run." /> : <Result a={a} b={b} metric={query.get("metric")} />}
    </>
  );
}

function Result({ a, b, metric }: { a: string; b: string; metric: string | null }) {
  const data = useData<CompareDetail>(href(["compare"], { a, b, metric }));
  return (
    <Loading data={data} what="the comparison">
      {(result) => <Comparison result={result} />}
    </Loading>
  );
}

function Comparison({ result }: { result: CompareDetail }) {
  const { wins, losses, ties, onlyA, onlyB, uncompared, change, spreadA, spreadB, metric, changesBeyond } = result;
  const matched = wins + losses + ties;
  return (
    <>
      <Warning>{result.warning}</Warning>
      <section class="panel" aria-label="Wins and losses">
        <div class="facts">
          <Fact
            name="B is better"
            value={count(wins)}
            tone="good"
            more={matched > 0 ? percent(wins / matched) : ""}
            id="wins"
          />
          <Fact
            name="B is worse"
            value={count(losses)}
            tone={losses > 0 ? "bad" : undefined}
            more={matched > 0 ? percent(losses / matched) : ""}
          />
          <Fact name="The same" value={count(ties)} more={matched > 0 ? percent(ties / matched) : ""} />
          <Fact name="Mean change" value={signed(change.mean)} more={`median ${signed(change.median)}`} />
          <Fact name="In one only" value={`${count(onlyA)} / ${count(onlyB)}`} more="A / B" />
          <label class="fact">
            <span class="fact-name">Metric</span>
            <select value={metric} onChange={(event) => setQuery({ metric: event.currentTarget.value })}>
              {result.metrics.map((name) => (
                <option key={name} value={name}>
                  {metricWords(name)}
                </option>
              ))}
            </select>
          </label>
        </div>
        {uncompared.count > 0 && (
          <p class="muted" id="uncompared">
            {count(matched)} of {count(matched + uncompared.count)} partitions are compared. The others have no {metric}{" "}
            in one of the runs or in both
            {uncompared.failedA + uncompared.failedB > 0 &&
              `: ${count(uncompared.failedA)} failed in A, ${count(uncompared.failedB)} in B`}
            .
          </p>
        )}
        <span
          class="bar-track tall"
          role="img"
          aria-label={`B better on ${wins}, the same on ${ties}, worse on ${losses}`}
        >
          <span class="bar-gain" style={{ width: `${(100 * wins) / Math.max(1, matched)}%` }} />
          <span class="bar-ties" style={{ width: `${(100 * ties) / Math.max(1, matched)}%` }} />
          <span class="bar-loss" style={{ width: `${(100 * losses) / Math.max(1, matched)}%` }} />
        </span>
      </section>
      <div class="columns">
        <div class="stack">
          <section class="panel" aria-labelledby="change-title">
            <h2 id="change-title">Change of {metricWords(metric)}</h2>
            <Bars
              label={`B − A of the ${count(wins + losses)} that changed; improvements are ${result.better === "higher" ? "right" : "left"} of the middle${changesBeyond > 0 ? `; ${count(changesBeyond)} beyond, in the bars at the ends` : ""}`}
              values={result.histogram.counts}
              bounds={[0, Math.max(1, ...result.histogram.counts)]}
              first={measure(result.histogram.from)}
              last={measure(result.histogram.to)}
              gains={result.better === "higher" ? "right" : "left"}
            />
            <Spreads
              rows={[
                ["A", spreadA],
                ["B", spreadB],
                ["B − A", change],
              ]}
            />
          </section>
          <Lines title="Most improved" lines={result.best} result={result} />
        </div>
        <div class="stack">
          <section class="panel" aria-labelledby="scatter-title">
            <h2 id="scatter-title">B against A</h2>
            <Scatter result={result} pairs={matched} />
          </section>
          <Lines title="Most worsened" lines={result.worst} result={result} />
        </div>
      </div>
    </>
  );
}

function Spreads({ rows }: { rows: readonly (readonly [string, Spread])[] }) {
  const plain = rows.map(([name, { count: n, mean, p10, median, p90 }]) => [name, n, mean, p10, median, p90]);
  return (
    <>
      <TableFiles name="the metric in both runs" rows={[["RUN", "COUNT", "MEAN", "P10", "MEDIAN", "P90"], ...plain]} />
      <div class="scroll" tabIndex={0} role="group" aria-label="The metric in both runs">
        <table class="rows">
          <TableHead columns={["Run", ["Mean", "n"], ["10 %", "n"], ["Median", "n"], ["90 %", "n"]]} />
          <tbody>
            {rows.map(([name, { mean, p10, median, p90 }]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td class="n">{measure(mean)}</td>
                <td class="n">{measure(p10)}</td>
                <td class="n">{measure(median)}</td>
                <td class="n">{measure(p90)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

const SIZE = 320;

/** Shows each dot a partition. One beyond the axis is a ring on the border. */
function Scatter({ result, pairs }: { result: CompareDetail; pairs: number }) {
  const { dots, axis, pairsBeyond, metric, better, b: run } = result;
  const [low, high] = axis;
  const rings = dots.filter(({ a, b }) => a > high || b > high).length;
  const place = (value: number) => (SIZE * (Math.min(high, value) - low)) / (high - low);
  return (
    <figure class="scatter">
      <svg
        viewBox={`-6 -6 ${SIZE + 12} ${SIZE + 12}`}
        role="group"
        aria-label={`${metric} of ${dots.length} partitions, B against A${better === "zero" ? "" : `; ${better === "higher" ? "above" : "below"} the diagonal B is better`}`}
      >
        <rect class="frame" x={0} y={0} width={SIZE} height={SIZE} />
        <line class="line-zero" x1={0} y1={SIZE} x2={SIZE} y2={0} />
        {dots.map(({ key, text, a, b, gain }) => {
          const tone = gain > 0 ? "dot-gain" : gain < 0 ? "dot-loss" : "dot-tie";
          const isBeyond = a > high || b > high;
          return (
            <a key={key} href={href(["runs", run, "series"], { key })} tabIndex={-1} aria-label={text || "(empty key)"}>
              <circle
                class={isBeyond ? `${tone} dot-beyond` : tone}
                cx={place(a)}
                cy={SIZE - place(b)}
                r={isBeyond ? 4 : 2.2}
              >
                <title>{`${text}: ${measure(a)} → ${measure(b)}`}</title>
              </circle>
            </a>
          );
        })}
      </svg>
      <figcaption class="muted">
        <ChartFiles name={`${result.b} against ${result.a}`} />
        <span class="ends">
          <span>{measure(low)}</span>
          <span>A →, B ↑</span>
          <span>{measure(high)}</span>
        </span>
        {dots.length < pairs && (
          <p>
            {count(dots.length)} of {count(pairs)} drawn, the most improved and the most worsened among them.
          </p>
        )}
        {pairsBeyond > 0 && (
          <p class="beyond">
            {pairsBeyond === 1
              ? `1 partition lies beyond ${measure(high)}: a ring on the border.`
              : `${count(pairsBeyond)} partitions lie beyond ${measure(high)}: rings on the border${pairsBeyond > rings ? `, for ${rings} of them` : ""}.`}
          </p>
        )}
      </figcaption>
    </figure>
  );
}

function Lines({
  title,
  lines,
  result,
}: {
  title: string;
  lines: readonly ComparedPartition[];
  result: CompareDetail;
}) {
  if (lines.length === 0) return null;
  return (
    <section class="panel" aria-label={title}>
      <h2>
        {title}{" "}
        <TableFiles
          name={title}
          rows={[
            ["PARTITION_KEY", "A", "B", "GAIN", "MODEL_A", "MODEL_B"],
            ...lines.map(({ key, a, b, gain, kindA, kindB }) => [key, a, b, gain, kindA, kindB]),
          ]}
        />
      </h2>
      <table class="rows">
        <TableHead columns={["Partition", ["A", "n"], ["B", "n"], ["Change", "n"], ["Model", "far"]]} />
        <tbody>
          {lines.map(({ key, text, a, b, gain, kindA, kindB }) => (
            <tr key={key}>
              <th scope="row" class="clip" title={text}>
                <a href={href(["runs", result.b, "series"], { key })}>{text}</a>
              </th>
              <td class="n">
                <a href={href(["runs", result.a, "series"], { key })}>{measure(a)}</a>
              </td>
              <td class="n">{measure(b)}</td>
              <td class={`n ${gain > 0 ? "good" : "bad"}`}>{signed(b - a)}</td>
              <td class="far">{kindA === kindB ? kindA : `${kindA ?? "–"} → ${kindB ?? "–"}`}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
