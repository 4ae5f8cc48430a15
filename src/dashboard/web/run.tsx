import { useEffect } from "preact/hooks";
import { bytes, count, measure, percent } from "../../text/number.ts";
import { duration } from "../../text/time.ts";
import type { RunDetail, RunFailures, RunProgress } from "../wire.ts";
import type { RunAccuracy } from "../wire-night.ts";
import { type Action, Actions, refineWorst, TRAIN } from "./actions.tsx";
import { ChunkGrid } from "./charts/chunk-grid.tsx";
import { Distribution } from "./charts/distribution.tsx";
import { href } from "./route.ts";
import { Bar, State } from "./runs.tsx";
import { Loading } from "./states.tsx";
import { useData, useLive } from "./use-data.ts";
import { When } from "./when.tsx";

/** Shows the name of a run, and the ways to look at it. A series of the run has a heading of its own. */
export function RunHead({ runId, tab, children }: { runId: string; tab: string; children?: preact.ComponentChildren }) {
  const tabs = [
    ["", "Overview"],
    ["partitions", "Partitions"],
  ] as const;
  return (
    <>
      <p class="crumbs">
        <a href="/runs">Runs</a>
        {tab !== "" && (
          <>
            {" / "}
            <a href={href(["runs", runId])}>{runId}</a>
          </>
        )}
      </p>
      {tab !== "series" && (
        <h1>
          <span class="wrap">{runId}</span> {children}
        </h1>
      )}
      <nav class="tabs" aria-label="The run">
        {tabs.map(([name, label]) => (
          <a
            key={name}
            href={href(name === "" ? ["runs", runId] : ["runs", runId, name])}
            aria-current={tab === name ? "page" : undefined}
          >
            {label}
          </a>
        ))}
        <a href={href(["compare"], { a: runId })}>Compare</a>
        {tab === "series" && (
          <a href="#main" aria-current="page">
            Series
          </a>
        )}
      </nav>
    </>
  );
}

/** Shows one run: how far, how fast, by whom, and what went wrong. */
export function Run({ runId }: { runId: string }) {
  const data = useData<RunDetail>(href(["runs", runId]));
  const live = useLive<RunProgress>(data.value === undefined ? null : href(["live", runId]));
  const ended = live !== undefined && data.value !== undefined && live.state !== data.value.state;
  const { reload } = data;
  useEffect(() => {
    if (ended) reload();
  }, [ended]);
  const progress = live ?? data.value?.progress;
  return (
    <>
      <RunHead runId={runId} tab="">
        {progress && <State run={progress} />}
      </RunHead>
      <Loading data={data} what="the run">
        {(run) => <Overview run={run} progress={progress ?? run.progress} />}
      </Loading>
    </>
  );
}

function Overview({ run, progress }: { run: RunDetail; progress: RunProgress }) {
  const { total, done, failed, skipped, rate } = progress;
  const { stalled } = progress;
  const open = !stalled && (progress.state === "running" || progress.state === "planning");
  return (
    <>
      {run.error !== null && (
        <p class="notice bad" role="alert">
          {run.error}
        </p>
      )}
      {progress.stalled && (
        <p class="notice bad" role="alert">
          No process works on this run any more. Continue it: <code>manymodel resume {run.runId}</code>
        </p>
      )}
      <Actions actions={actionsOn(run, progress)} />
      <section class="panel" aria-label="Progress">
        <div class="facts" aria-live="off">
          <Fact
            name="Done"
            value={total === 0 ? "–" : percent(done / total)}
            more={`${count(done)} of ${count(total)}`}
            id="done"
          />
          <Fact
            name="Succeeded"
            value={count(done - failed)}
            more={total > 0 ? percent((done - failed) / total) : ""}
            id="succeeded"
          />
          <Fact
            name="Failed"
            value={count(failed)}
            tone={failed > 0 ? "bad" : undefined}
            more={total > 0 ? percent(failed / total) : ""}
          />
          {skipped > 0 && (
            <Fact
              name="Skipped"
              value={count(skipped)}
              more={progress.skipReason === null ? "never begun" : SKIPPED[progress.skipReason]}
            />
          )}
          {open && (
            <Fact name="Rate" value={rate === null || rate === 0 ? "…" : `${measure(rate)}/s`} more="partitions" />
          )}
          {open && <Left left={progress.left} />}
          {run.collects ? (
            <Fact
              name="Collected"
              value={<When at={run.createdAt} />}
              small
              more={run.champions.length > 0 ? `of ${run.champions.length} runs` : ""}
            />
          ) : stalled ? (
            <Fact name="Begun" value={<When at={run.createdAt} />} small />
          ) : (
            <Fact
              name={open ? "Elapsed" : progress.interrupted ? "Ended after" : "Took"}
              value={duration(progress.elapsedMs)}
              more={
                <>
                  <When at={run.createdAt} />
                  {progress.interrupted && "; it was interrupted meanwhile"}
                </>
              }
            />
          )}
          {!open && !stalled && !run.collects && !progress.interrupted && total > 0 && progress.elapsedMs > 0 && (
            <Fact name="Rate" value={`${measure((1000 * done) / progress.elapsedMs)}/s`} more="partitions" />
          )}
        </div>
        <Bar run={{ partitions: total, done, failed, skipped }} />
        {progress.budgetMs !== null && <Budget budget={progress.budgetMs} progress={progress} open={open} />}
      </section>
      {progress.state === "completed" && done > failed && <Accuracy runId={run.runId} />}
      {run.from.length > 0 && <From run={run} />}
      {!run.collects && (
        <div class="columns">
          <section class="panel" aria-labelledby="chunks-title">
            <h2 id="chunks-title">Chunks</h2>
            <ChunkGrid chunks={progress.chunks} />
          </section>
          {(open || stalled || progress.workers.length > 0 || progress.retries.length > 0) && (
            <section class="panel" aria-labelledby="workers-title">
              <h2 id="workers-title">Workers</h2>
              <Workers progress={progress} open={open} />
            </section>
          )}
        </div>
      )}
      {failed > 0 && <Failures run={run} failed={failed} />}
      <section class="panel" aria-labelledby="plan-title">
        <h2 id="plan-title">Plan</h2>
        <Plan run={run} />
      </section>
    </>
  );
}

/** Returns the actions on a run in its state. */
function actionsOn({ runId, collects }: RunDetail, { state, done, failed }: RunProgress): Action[] {
  if (state === "running")
    return [
      { label: "Cancel the run", effect: "Chunks that have started will finish. No other starts.", cancel: runId },
    ];
  if (state !== "completed" || collects || done === failed) return [];
  return [refineWorst(runId, null), TRAIN];
}

/** Shows the accuracy of a run's partitions, as `manymodel plot accuracy` draws it. */
function Accuracy({ runId }: { runId: string }) {
  const data = useData<RunAccuracy>(href(["runs", runId, "accuracy"]));
  return (
    <section class="panel" aria-labelledby="accuracy-title">
      <h2 id="accuracy-title">Accuracy</h2>
      <Loading data={data} what="the accuracy">
        {(accuracy) => (
          <>
            {accuracy.wape !== null && (
              <p>
                Error of the total (WAPE) <b>{measure(accuracy.wape)} %</b>
                {accuracy.naiveWape !== null && `, of seasonal naive ${measure(accuracy.naiveWape)} %`}
              </p>
            )}
            <Distribution accuracy={accuracy} />
          </>
        )}
      </Loading>
    </section>
  );
}

/** Shows how many partitions a collection has of each run. */
function From({ run }: { run: RunDetail }) {
  return (
    <section class="panel" aria-labelledby="from-title">
      <h2 id="from-title">Wins by run</h2>
      <ul class="plain">
        {run.from.map(({ runId, partitions }) => (
          <li key={runId}>
            <a href={href(["runs", runId])}>{runId}</a>
            <b>{count(partitions)}</b>
          </li>
        ))}
      </ul>
    </section>
  );
}

const SKIPPED = {
  "not-fed": "the time budget was over",
  cancelled: "the run was cancelled",
  "too-many-failures": "more had failed than max_failed",
} as const;

const UNTIL = { done: "at this rate", budget: "until the budget ends", deadline: "until the hard deadline" } as const;

/** Shows the time that a run still takes, and the partitions that it will not reach. */
function Left({ left }: { left: RunProgress["left"] }) {
  if (left === null) return <Fact name="Left" value="…" more={UNTIL.done} />;
  const untouched = left.untouched > 0 ? `; about ${count(left.untouched)} will not start by then` : "";
  return <Fact name="Left" value={duration(1000 * left.seconds)} more={UNTIL[left.until] + untouched} />;
}

export function Fact(props: {
  name: string;
  value: preact.ComponentChildren;
  more?: preact.ComponentChildren;
  tone?: "bad" | "good" | "warn" | undefined;
  id?: string;
  /** True for a text, which is longer than a number. */
  small?: boolean;
}) {
  return (
    <div class="fact">
      <span class="fact-name">{props.name}</span>
      <span class={`fact-value ${props.tone ?? ""} ${props.small === true ? "small-value" : ""}`} data-fact={props.id}>
        {props.value}
      </span>
      <span class="fact-more">{props.more}</span>
    </div>
  );
}

/** Shows the share of its time that a run in queue mode has used. */
function Budget({ budget, progress, open }: { budget: number; progress: RunProgress; open: boolean }) {
  const had = progress.budgetUsedMs ?? 0;
  const used = Math.min(1, had / budget);
  return (
    <div class="gauge">
      <span>
        Time budget <b>{duration(budget)}</b>
        <span class="muted">
          {" "}
          {!open
            ? `took ${duration(had)} from the first claim on`
            : had === 0
              ? "counts from the first claim on"
              : `${percent(used)} used since the first claim`}
          {progress.deadlineMs !== null && `, hard deadline ${duration(progress.deadlineMs)}`}
        </span>
      </span>
      <meter min={0} max={1} high={0.9} value={used} aria-label="share of the time budget used" />
    </div>
  );
}

/** The milliseconds that workers may take to start. */
const STARTING_MS = 30_000;

function Workers({ progress, open }: { progress: RunProgress; open: boolean }) {
  const { workers, retries } = progress;
  return (
    <>
      {workers.length === 0 ? (
        <p class="muted">
          {open
            ? progress.elapsedMs < STARTING_MS
              ? "Workers are starting."
              : "No worker trains this run. Start one: manymodel worker"
            : progress.stalled
              ? "The workers of its chunks are gone."
              : "The run has ended."}
        </p>
      ) : (
        <ul class="plain">
          {workers.map(({ name, chunk, stopping }) => (
            <li key={name}>
              <span class="clip mono">{name}</span>
              <span class="muted">{chunk !== null ? `chunk ${chunk}` : stopping ? "stopping" : "waiting"}</span>
            </li>
          ))}
        </ul>
      )}
      {retries.length > 0 && (
        <>
          <h3>Tried again</h3>
          <ul class="plain">
            {retries.map(({ chunk, attempt, error }) => (
              <li key={chunk}>
                <span>
                  chunk {chunk}, attempt {attempt}
                </span>
                <span class="muted">{error}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

/** Shows failures, grouped by message, and reads them again as more occur. */
function Failures({ run, failed }: { run: RunDetail; failed: number }) {
  const data = useData<RunFailures>(href(["runs", run.runId, "failures"], { of: String(failed) }));
  return (
    <section class="panel" aria-labelledby="failures-title">
      <h2 id="failures-title">Failures</h2>
      <Loading data={data} what="the failures">
        {({ groups, kinds, unread }) => (
          <>
            <ul class="plain failures">
              {groups.map(({ type, message, count: n, first }) => (
                <li key={`${type} ${message}`}>
                  <span class="n bad">{count(n)}</span>
                  <span>
                    <b>{type}</b> {message}
                    <span class="muted first">
                      {first.slice(0, 3).map(({ key, text }) => (
                        <a key={key} href={href(["runs", run.runId, "series"], { key })}>
                          {text === "" ? "(empty)" : text}
                        </a>
                      ))}
                    </span>
                  </span>
                </li>
              ))}
            </ul>
            <p class="muted">
              {kinds > groups.length && `These are the ${groups.length} most frequent of ${count(kinds)} reasons. `}
              {unread > 0 && `${count(unread)} more partitions are done and not counted yet. `}
              <a href={href(["runs", run.runId, "partitions"], { outcome: "failed" })}>All failed partitions</a>.
              {!run.collects && (
                <>
                  {" "}
                  Train them again: <code>manymodel retry {run.runId}</code>
                </>
              )}
            </p>
          </>
        )}
      </Loading>
    </section>
  );
}

function Plan({ run }: { run: RunDetail }) {
  const rows: [string, preact.ComponentChildren][] = [
    ["Mode", run.mode],
    ["Source", run.source],
    ["Rows", run.rows === null ? null : count(run.rows)],
    ["Ended series", run.ended === 0 ? null : `${count(run.ended)}, not trained`],
    ["Partitioned by", run.keyColumns.join(", ")],
    ["Time", run.timeColumn],
    ["Target", run.target],
    // A collection has models of several definitions; those that it was made of say theirs.
    ["Model", run.definition && `${run.definition} (${run.definitionSha256?.slice(0, 12)})`],
    ["Exports", run.exports === null || run.collects ? null : <code class="wrap">{JSON.stringify(run.exports)}</code>],
    ["Seed", run.collects ? null : run.seed],
    ["On the stage", run.stageBytes === null ? null : bytes(run.stageBytes)],
    ["Package", run.packageVersion],
    [run.retries ? "Retries" : "Refines", run.refines && <a href={href(["runs", run.refines])}>{run.refines}</a>],
    [
      "Champions of",
      run.champions.length > 0 &&
        run.champions.map((name) => (
          <a key={name} class="item" href={href(["runs", name])}>
            {name}
          </a>
        )),
    ],
    [
      "Registered as",
      run.versions.length > 0 &&
        run.versions.map(({ model, version }) => (
          <a key={`${model} ${version}`} class="item" href={href(["registry", model])}>
            {model} {version}
          </a>
        )),
    ],
  ];
  return (
    <dl class="pairs">
      {rows.map(
        ([name, value]) =>
          value !== null &&
          value !== "" &&
          value !== false &&
          value !== undefined && (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}
