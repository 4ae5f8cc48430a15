import { useEffect, useState } from "preact/hooks";
import { count, measure } from "../../text/number.ts";
import { duration } from "../../text/time.ts";
import type { PartitionPage, PartitionRow, PartitionsHead, RunProgress, SmallSeries } from "../wire.ts";
import type { RunGroups } from "../wire-totals.ts";
import { type Action, Actions, refineThese, refineWorst } from "./actions.tsx";
import { read } from "./api.ts";
import { SmallMultiple } from "./charts/small-multiple.tsx";
import { Choice } from "./choice.tsx";
import { useKeys } from "./keyboard.ts";
import { inList } from "./neighbours.tsx";
import { go, href, setQuery } from "./route.ts";
import { RunHead } from "./run.tsx";
import { State } from "./runs.tsx";
import { Empty, Loading } from "./states.tsx";
import { TableFiles } from "./table-files.tsx";
import { TableHead } from "./table-head.tsx";
import { Download } from "./take-away.tsx";
import { useData, useLive } from "./use-data.ts";
import { VirtualRows } from "./virtual-rows.tsx";
import { metricWords, shortMetric } from "./words.ts";

/** The question, as the address states it. */
interface Wanted {
  readonly text: string;
  readonly outcome: string;
  readonly kind: string;
  readonly reason: string;
  /** Values of attributes, each as NAME:VALUE. */
  readonly is: readonly string[];
  readonly metric: string;
  readonly sort: string;
  readonly order: "asc" | "desc";
}

function wantedOf(query: URLSearchParams, { metric, higherBetter }: PartitionsHead): Wanted {
  const get = (name: string) => query.get(name) ?? "";
  const measure = get("metric") || metric || "";
  const sort = get("sort") || measure || "plan";
  const fallback = query.has("sort") || measure === "" ? "asc" : worstFirst(higherBetter, measure);
  return {
    text: get("text"),
    outcome: get("outcome"),
    kind: get("kind"),
    reason: get("reason"),
    is: query.getAll("is"),
    metric: measure,
    sort,
    order: get("order") === "" ? fallback : get("order") === "desc" ? "desc" : "asc",
  };
}

/** Returns the order in which the worst are first. */
const worstFirst = (higherBetter: readonly string[], metric: string) =>
  higherBetter.includes(metric) ? "asc" : "desc";

/** The milliseconds before the page asks for newer rows. */
const AGAIN_MS = 1000;

/** Shows all partitions of a run: sorted and searched by the server, however many there are. */
export function Partitions({ runId, query }: { runId: string; query: URLSearchParams }) {
  const head = useData<PartitionsHead>(href(["runs", runId, "partitions"]));
  const { value, reload } = head;
  const progress = value?.progress ?? null;
  const live = useLive<RunProgress>(progress === null ? null : href(["live", runId]));
  // More is done than when the table was read, or than could be read of it then.
  const isBehind =
    progress !== null && (progress.there < progress.committed || (live !== undefined && live.done > progress.done));
  const isOver = progress !== null && live?.state === "completed";
  useEffect(() => {
    if (!isBehind && !isOver) return;
    const timer = setTimeout(reload, AGAIN_MS);
    return () => clearTimeout(timer);
  }, [isBehind, isOver, value, live?.done]);
  return (
    <>
      <RunHead runId={runId} tab="partitions">
        {live && <State run={live} />}
      </RunHead>
      {value !== undefined && progress !== null && <SoFar head={value} progress={progress} doneNow={live?.done ?? 0} />}
      <Loading data={head} what="the partitions">
        {(value) => <Table runId={runId} head={value} wanted={wantedOf(query, value)} />}
      </Loading>
    </>
  );
}

/** Shows the part of a run in progress that is loaded. */
function SoFar(props: {
  head: PartitionsHead;
  progress: NonNullable<PartitionsHead["progress"]>;
  /** The run's own latest count. */
  doneNow: number;
}) {
  const { head, progress, doneNow } = props;
  const { there, committed } = progress;
  const done = Math.max(progress.done, doneNow);
  const lost = progress.done - committed;
  return (
    <p class="notice" role="status">
      The run is not completed: {count(done)} of {count(head.partitions)} partitions are done
      {there < done - lost && `, ${count(there)} of them are read so far`}
      {lost > 0 && `, ${count(lost)} failed with their chunks and are listed at the end`}. The others appear as their
      chunks are done.
    </p>
  );
}

function Table({ runId, head, wanted }: { runId: string; head: PartitionsHead; wanted: Wanted }) {
  const { metric, ...search } = wanted;
  const others = [
    "holdout_wape",
    "holdout_mase",
    "holdout_mae",
    ...head.metrics.filter((name) => /^holdout_/.test(name)),
  ]
    .filter((name, i, all) => name !== metric && head.metrics.includes(name) && all.indexOf(name) === i)
    .slice(0, 2);
  const metrics = metric === "" ? [] : [metric, ...others];
  const listing = href(["runs", runId, "rows"], { ...search, metrics: metrics.join(",") });
  const linkTo = (key: string, at: number) => href(["runs", runId, "series"], { key, ...inList(listing, at) });
  // Read again when there are more.
  const there = head.progress === null ? "" : String(head.progress.there);
  const source = there === "" ? listing : `${listing}&there=${there}`;
  const first = useData<PartitionPage>(source);
  const [at, setAt] = useState(-1);
  const matched = first.value?.matched ?? 0;
  const openAt = async (i: number, of: string) => {
    const page = await read<PartitionPage>(`${of}&offset=${i}&limit=1`);
    if (page.rows[0] !== undefined) go(linkTo(page.rows[0].key, i));
  };
  const move = (by: number) => setAt((n) => Math.min(matched - 1, Math.max(0, n + by)));
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    Enter: () => at >= 0 && first.path !== null && void openAt(at, first.path),
  });
  const sortBy = (name: string) =>
    setQuery({ sort: name, order: wanted.sort === name && wanted.order === "desc" ? "asc" : "desc" });
  const heading = (name: string, label: string, kind = "n") => (
    <span
      role="columnheader"
      class={kind}
      aria-sort={wanted.sort !== name ? "none" : wanted.order === "asc" ? "ascending" : "descending"}
    >
      <button type="button" onClick={() => sortBy(name)}>
        {label}
        <i aria-hidden="true">{wanted.sort !== name ? "" : wanted.order === "asc" ? " ↑" : " ↓"}</i>
      </button>
    </span>
  );
  return (
    <>
      <Filters head={head} wanted={wanted} onOpen={() => void openAt(0, source)} />
      {head.progress === null && metric !== "" && <Actions actions={refinements(runId, metric, wanted.is)} />}
      {head.attributes.length > 0 && <Groups runId={runId} head={head} wanted={wanted} />}
      {metric !== "" && (
        <Pictures
          runId={runId}
          wanted={wanted}
          worst={worstFirst(head.higherBetter, metric)}
          there={there}
          wait={first.value === undefined}
          matched={matched}
          linkTo={linkTo}
        />
      )}
      <p class="muted matched" role="status">
        {head.progress?.there === 0
          ? `None of ${count(head.partitions)} partitions is done yet`
          : `${count(matched)} of ${count(head.progress?.there ?? head.partitions)} partitions`}
        {first.value !== undefined && ` · found in ${duration(first.value.tookMs)}`}
        {matched > 0 && (
          <Download path={href(["runs", runId, "rows.csv"], { ...search })} name={`${runId}.csv`}>
            Download CSV
          </Download>
        )}
      </p>
      <Loading data={first} what="the partitions">
        {(page, path) =>
          page.matched === 0 ? (
            <Empty title={head.progress?.there === 0 ? "No chunk is done yet." : "No partition matches."}>
              {head.progress?.there === 0 ? (
                <p class="muted">Partitions appear here as their chunks are done.</p>
              ) : (
                <button type="button" onClick={() => go(href(["runs", runId, "partitions"]))}>
                  Show all
                </button>
              )}
            </Empty>
          ) : (
            <VirtualRows
              key={listing}
              label="Partitions"
              metrics={metrics.length}
              source={path}
              first={page}
              selected={at}
              header={
                <>
                  {heading("key", "Partition", "key")}
                  <span role="columnheader" class="outcome">
                    Outcome
                  </span>
                  {wanted.outcome === "failed" ? (
                    <span role="columnheader" class="error" aria-colspan={metrics.length + 1}>
                      Error
                    </span>
                  ) : (
                    <>
                      {metrics.map((name, i) => heading(name, shortMetric(name), i === 0 ? "n" : "n mid"))}
                      <span role="columnheader" class="kind mid">
                        Model
                      </span>
                    </>
                  )}
                  {heading("nObs", "Rows", "n mid")}
                  {heading("fitMs", "Fit", "n mid")}
                </>
              }
              row={(one, i) => (
                <>
                  <span role="cell" class="key clip">
                    <a href={linkTo(one.key, i)} title={one.text}>
                      {one.text === "" ? "(empty)" : one.text}
                    </a>
                  </span>
                  <span
                    role="cell"
                    class={`outcome ${one.outcome === "failed" ? "bad" : one.outcome === "skipped" ? "muted" : ""}`}
                  >
                    {one.outcome}
                  </span>
                  {one.error !== null ? (
                    <span role="cell" class="error clip" title={one.error} aria-colspan={metrics.length + 1}>
                      {one.error}
                    </span>
                  ) : (
                    <>
                      {one.metrics.map((value, i) => (
                        <span role="cell" key={i} class={i === 0 ? "n strong" : "n mid"}>
                          {measure(value)}
                        </span>
                      ))}
                      <span role="cell" class="kind mid clip">
                        {one.kind}
                      </span>
                    </>
                  )}
                  <span role="cell" class="n mid">
                    {isLost(one) ? "–" : count(one.nObs)}
                  </span>
                  <span role="cell" class="n mid">
                    {isLost(one) ? "–" : duration(one.fitMs)}
                  </span>
                </>
              )}
            />
          )
        }
      </Loading>
    </>
  );
}

/** Returns the actions that refine the worst partitions: of the run, or of the attributes that the list is filtered by. */
function refinements(runId: string, metric: string, is: readonly string[]): Action[] {
  const pairs = is.map((pair) => [pair.slice(0, pair.indexOf(":")), pair.slice(pair.indexOf(":") + 1)] as const);
  return [pairs.length > 0 ? refineThese(runId, metric, Object.fromEntries(pairs)) : refineWorst(runId, metric)];
}

/** Rolls the partitions up by an attribute: how large each group's error is, and what it loses. */
function Groups({ runId, head, wanted }: { runId: string; head: PartitionsHead; wanted: Wanted }) {
  const by = new URLSearchParams(location.search).get("by") ?? "";
  const { metric: _, sort: __, order: ___, ...search } = wanted;
  const data = useData<RunGroups>(by === "" ? null : href(["runs", runId, "groups"], { ...search, by }));
  const hasValue = data.value?.groups.some(({ lostValue }) => lostValue !== null) === true;
  return (
    <section class="groups" aria-label="Groups">
      <p class="segmented-line">
        <span class="muted">Group by</span>{" "}
        <span class="segmented">
          {["", ...head.attributes.map(({ name }) => name)].map((name) => (
            <button key={name} type="button" aria-pressed={by === name} onClick={() => setQuery({ by: name })}>
              {name === "" ? "nothing" : name}
            </button>
          ))}
        </span>{" "}
        <a href={href(["totals"], { by })}>Forecasts of {by === "" ? "the total" : "these groups"}</a>
      </p>
      {by !== "" && (
        <Loading data={data} what="the groups">
          {({ groups }) => (
            <>
              <TableFiles
                name={`${runId} by ${by}`}
                rows={[
                  [by, "PARTITIONS", "FAILED", "WAPE", "LOST_VALUE", "LOST_UNITS", "UNITS"],
                  ...groups.map((one) => [
                    ...[one.value, one.partitions, one.failed, one.wape],
                    ...[one.lostValue, one.lostUnits, one.units],
                  ]),
                ]}
              />
              <div class="panel scroll" tabIndex={0} role="group" aria-label={`Groups by ${by}`}>
                <table class="rows">
                  <TableHead
                    columns={[
                      by,
                      ["Partitions", "n"],
                      ["Failed", "n"],
                      ["Error (WAPE)", "n"],
                      ...(hasValue ? [["Value missed", "n"] as const] : []),
                      ["Units missed", "n"],
                      ["Units a step", "n"],
                    ]}
                  />
                  <tbody>
                    {groups.map(({ value, partitions, failed, wape, lostValue, lostUnits, units }) => (
                      <tr key={value}>
                        <th scope="row">
                          {value === null ? (
                            "none"
                          ) : (
                            <button
                              type="button"
                              class="link"
                              onClick={() =>
                                setQuery({
                                  is: [...wanted.is.filter((pair) => !pair.startsWith(`${by}:`)), `${by}:${value}`],
                                })
                              }
                            >
                              {value}
                            </button>
                          )}
                        </th>
                        <td class="n">{count(partitions)}</td>
                        <td class={`n ${failed > 0 ? "bad" : "muted"}`}>{count(failed)}</td>
                        <td class="n strong">{wape === null ? "–" : `${measure(wape)} %`}</td>
                        {hasValue && <td class="n">{measure(lostValue)}</td>}
                        <td class="n">{measure(lostUnits)}</td>
                        <td class="n">{measure(units)}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            </>
          )}
        </Loading>
      )}
    </section>
  );
}

/** Tells whether nothing is known of a partition: it never started, or its worker was lost. */
const isLost = ({ outcome, nObs, fitMs }: PartitionRow) => outcome !== "succeeded" && nObs === 0 && fitMs === 0;

/** The most small pictures of the worst. */
const PICTURES = 12;

/** The choice of a filter that filters nothing. */
const ANY = ["", "any"] as const;

function Filters({ head, wanted, onOpen }: { head: PartitionsHead; wanted: Wanted; onOpen: () => void }) {
  const outcomes = (["succeeded", "failed", "skipped"] as const).filter((name) => head.outcomes[name] > 0);
  return (
    <form
      class="filters"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        onOpen();
      }}
    >
      <label class="grow">
        <span>Search</span>
        <input
          type="search"
          placeholder="words of a key  ( / )"
          value={wanted.text}
          onInput={(event) => setQuery({ text: event.currentTarget.value })}
        />
      </label>
      {head.metrics.length > 0 && (
        <Choice
          label="Metric"
          value={wanted.metric}
          options={head.metrics.map((name) => [name, metricWords(name)] as const)}
          onChoose={(metric) => setQuery({ metric, sort: null, order: null })}
        />
      )}
      <Choice
        label="Outcome"
        value={wanted.outcome}
        options={[ANY, ...outcomes.map((name) => [name, `${name} (${count(head.outcomes[name])})`] as const)]}
        onChoose={(outcome) => setQuery({ outcome })}
      />
      {head.kinds.length > 1 && (
        <Choice
          label="Model"
          value={wanted.kind}
          options={[ANY, ...head.kinds.map(({ kind, count: n }) => [kind, `${kind} (${count(n)})`] as const)]}
          onChoose={(kind) => setQuery({ kind })}
        />
      )}
      {head.attributes.map(({ name, values }) => (
        <Choice
          key={name}
          label={name}
          value={wanted.is.find((pair) => pair.startsWith(`${name}:`))?.slice(name.length + 1) ?? ANY[0]}
          options={[
            ANY,
            ...values.flatMap(({ value, count: n }) =>
              value === null ? [] : [[value, `${value} (${count(n)})`] as const],
            ),
          ]}
          onChoose={(value) => {
            const others = wanted.is.filter((pair) => !pair.startsWith(`${name}:`));
            setQuery({ is: value === ANY[0] ? others : [...others, `${name}:${value}`] });
          }}
        />
      ))}
      {head.failures.length > 0 && (
        <Choice
          label="Reason"
          value={wanted.reason}
          options={[
            ANY,
            ...head.failures.map(
              ({ type, message, count: n }, i) =>
                [String(i), `${type}: ${message.slice(0, 60)} (${count(n)})`] as const,
            ),
          ]}
          onChoose={(reason) => setQuery({ reason })}
        />
      )}
    </form>
  );
}

/**
 * Shows the first of what was found, as small pictures: the worst ones, as long as the metric is sorted by. They are asked for
 * when the rows are there, which are what most come for.
 */
function Pictures(props: {
  runId: string;
  wanted: Wanted;
  /** The order in which the worst are first. */
  worst: Wanted["order"];
  there: string;
  wait: boolean;
  /** The number of partitions that match. */
  matched: number;
  /** Returns the address of a series, given its key and its position among the rows. */
  linkTo: (key: string, at: number) => string;
}) {
  const { runId, wanted, worst, there, wait, matched, linkTo } = props;
  const { metric, ...search } = wanted;
  const isWorst = wanted.sort === metric && wanted.order === worst;
  const query = { ...search, there, count: String(PICTURES) };
  const data = useData<readonly SmallSeries[]>(isWorst && !wait ? href(["runs", runId, "pictures"], query) : null);
  if (!isWorst || data.value?.length === 0) return null;
  return (
    <section aria-labelledby="worst-title">
      <h2 id="worst-title">Worst by {metricWords(metric)}</h2>
      <div class="multiples">
        {data.value === undefined
          ? Array.from({ length: wait ? PICTURES : Math.min(PICTURES, matched) }, (_, i) => i).map((i) => (
              <div key={i} class="multiple placeholder" aria-hidden="true" />
            ))
          : data.value.map((one, i) => (
              <a key={one.key} class="multiple" href={linkTo(one.key, i)} title={one.text}>
                <span class="multiple-name">{one.text}</span>
                <span class="multiple-value">{measure(one.value)}</span>
                <SmallMultiple series={one} />
              </a>
            ))}
      </div>
    </section>
  );
}
