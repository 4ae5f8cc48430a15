import { count, measure, percent } from "../../text/number.ts";
import type { NightGate, NightModel, NightRun, Night as NightValue } from "../wire-night.ts";
import { Distribution } from "./charts/distribution.tsx";
import { href } from "./route.ts";
import { Fact } from "./run.tsx";
import { Command, Empty, Loading } from "./states.tsx";
import { TableFiles } from "./table-files.tsx";
import { TableHead } from "./table-head.tsx";
import { useData } from "./use-data.ts";
import { When } from "./when.tsx";

/** Shows the front page: how the newest run and batch of each model went, and what loses most. */
export function Night() {
  const data = useData<NightValue>("/night");
  return (
    <>
      <h1>Last night</h1>
      <Loading data={data} what="the last night">
        {({ models, newer }) => (
          <>
            {newer.length > 0 && <Newer runs={newer} />}
            {models.length === 0 ? (
              <Empty title="No run has been completed yet.">
                Train one: <Command>manymodel train</Command>
              </Empty>
            ) : (
              models.map((model) => <Model key={model.model ?? ""} night={model} />)
            )}
          </>
        )}
      </Loading>
    </>
  );
}

const MOST_NAMED = 3;

/** Names the runs that are newer than the versions shown. */
function Newer({ runs }: { runs: readonly string[] }) {
  return (
    <p class="notice">
      Newer than this page:{" "}
      {runs.slice(0, MOST_NAMED).map((run) => (
        <a key={run} class="item" href={href(["runs", run])}>
          {run}
        </a>
      ))}
      {runs.length > MOST_NAMED && (
        <a href="/runs">
          and {count(runs.length - MOST_NAMED)} more {runs.length - MOST_NAMED === 1 ? "run" : "runs"}
        </a>
      )}
    </p>
  );
}

function Model({ night }: { night: NightModel }) {
  const { model, run, before, batch, gate, aliases } = night;
  const id = `night-${model ?? "run"}`;
  const partitions = href(["runs", run.runId, "partitions"]);
  const { notValidated } = run.accuracy;
  return (
    <section class="night" aria-labelledby={id}>
      <h2 id={id} class="night-title">
        {model === null ? (
          <a href={href(["runs", run.runId])}>{run.runId}</a>
        ) : (
          <a href={href(["registry", model], { version: run.version })}>
            {model} {run.version}
          </a>
        )}
        {aliases.map((alias) => (
          <span key={alias} class="tag">
            {alias}
          </span>
        ))}
        <span class="muted small">
          trained <When at={run.createdAt} /> in <a href={href(["runs", run.runId])}>{run.runId}</a>
        </span>
      </h2>
      {gate !== null && <Gate gate={gate} />}
      <section class="panel" aria-label="What happened">
        <div class="facts">
          <Fact name="Trained" value={count(run.succeeded)} more={<a href={partitions}>partitions</a>} id="trained" />
          <Fact
            name="Failed"
            value={count(run.failed)}
            tone={run.failed > 0 ? "bad" : undefined}
            more={run.failed > 0 ? <a href={`${partitions}?outcome=failed`}>which, and why</a> : "none"}
            id="failed"
          />
          <Fact
            name="Not validated"
            value={count(notValidated)}
            tone={notValidated > 0 ? "warn" : undefined}
            more={notValidated > 0 ? "no error of a holdout" : "all have a holdout"}
            id="not-validated"
          />
          {batch === null ? (
            <Fact name="Scored" value="–" more="no batch yet" id="scored" />
          ) : (
            <>
              <Fact
                name="Scored"
                value={count(batch.ok + batch.kept)}
                more={
                  <>
                    of {count(batch.partitions)} by {batch.version}
                  </>
                }
                id="scored"
              />
              <Fact
                name="Stale"
                value={count(batch.stale)}
                tone={batch.stale > 0 ? "warn" : undefined}
                more="older rows only"
                id="stale"
              />
              {batch.fallback + batch.noModel + batch.errors > 0 && (
                <Fact
                  name="Without their model"
                  value={count(batch.fallback + batch.noModel + batch.errors)}
                  tone="bad"
                  more="fallback, no model, error"
                />
              )}
            </>
          )}
          <Fact name="Ended" value={count(batch?.ended ?? run.ended)} more="not forecast" id="ended" />
          {batch !== null && <Fact name="Batch" value={<When at={batch.startedAt} />} small />}
        </div>
      </section>
      <div class="columns">
        <section class="panel" aria-label="Accuracy">
          <h3 class="first-heading">Accuracy</h3>
          <Accuracy run={run} before={before} />
        </section>
        <section class="panel" aria-label="Distribution">
          <h3 class="first-heading">Which models won</h3>
          <Distribution accuracy={run.accuracy} />
        </section>
      </div>
      <Losses night={night} />
    </section>
  );
}

function Gate({ gate: { candidate, promoted, message } }: { gate: NightGate }) {
  return (
    <p class={`notice ${promoted ? "" : "warn"}`}>
      Gate: <b>{promoted ? `${candidate} passed` : `${candidate} was held back`}</b>. {message}.
    </p>
  );
}

/** Compares a version with the one before it, and with seasonal naive. */
function Accuracy({ run, before }: { run: NightRun; before: NightRun | null }) {
  const { accuracy } = run;
  const rows: readonly (readonly [string, number | null, number | null, number | null])[] = [
    [run.version ?? run.runId, accuracy.wape, accuracy.spread.median, accuracy.spread.p90],
    ...(before === null
      ? []
      : [
          [
            before.version ?? before.runId,
            before.accuracy.wape,
            before.accuracy.metric === accuracy.metric ? before.accuracy.spread.median : null,
            before.accuracy.metric === accuracy.metric ? before.accuracy.spread.p90 : null,
          ] as const,
        ]),
    ["seasonal naive", accuracy.naiveWape, /mase$/.test(accuracy.metric ?? "") ? 1 : null, null],
  ];
  const change = before?.accuracy.wape == null || accuracy.wape === null ? null : accuracy.wape - before.accuracy.wape;
  return (
    <>
      <div class="facts">
        <Fact
          name="Error of the total (WAPE)"
          value={accuracy.wape === null ? "–" : `${measure(accuracy.wape)} %`}
          more={
            change === null
              ? "of all observations"
              : `${measure(Math.abs(change))} points ${change > 0 ? "above" : "below"} that of ${before?.version ?? "the run before"}`
          }
          id="wape"
        />
        {accuracy.betterThanNaive !== null && (
          <Fact
            name="Better than seasonal naive"
            value={percent(accuracy.betterThanNaive / Math.max(1, accuracy.scored))}
            more={`${count(accuracy.betterThanNaive)} of ${count(accuracy.scored)} partitions`}
          />
        )}
      </div>
      <TableFiles name="accuracy by version" rows={[["VERSION", "WAPE", "MEDIAN", "P90"], ...rows]} />
      <table class="rows">
        <TableHead columns={["Version", ["WAPE", "n"], ["Median", "n"], ["90 % below", "n"]]} />
        <tbody>
          {rows.map(([name, wape, median, p90]) => (
            <tr key={name}>
              <th scope="row" class="clip" title={name}>
                {name}
              </th>
              <td class="n">{wape === null ? "–" : `${measure(wape)} %`}</td>
              <td class="n">{measure(median)}</td>
              <td class="n">{measure(p90)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="muted small">
        Each version is measured on its own holdout, which is later for the newer version. Seasonal naive is measured on
        the training rows, as in MASE.{" "}
        {before !== null && (
          <a href={href(["compare"], { a: before.runId, b: run.runId })}>
            What changed since {before.version ?? before.runId}
          </a>
        )}
      </p>
    </>
  );
}

/** Shows the series that lose most, each with why. */
function Losses({ night: { run, losses, byValue } }: { night: NightModel }) {
  if (losses.length === 0) return null;
  return (
    <section class="panel" aria-labelledby={`losses-${run.runId}`}>
      <h3 id={`losses-${run.runId}`} class="first-heading">
        What loses most{" "}
        <span class="muted small">
          {byValue ? "value of the errors a step, on the holdout" : "units a step, on the holdout"}
        </span>{" "}
        <TableFiles
          name="what loses most"
          rows={[
            ["PARTITION_KEY", "VALUE", "UNITS", "SHARE", "CAUSE"],
            ...losses.map(({ key, value, units, share, cause }) => [key, value, units, share, cause]),
          ]}
        />
      </h3>
      <div class="scroll" tabIndex={0} role="group" aria-label="What loses most">
        <table class="rows losses">
          <TableHead
            columns={[
              "Series",
              ...(byValue ? [["Value", "n"] as const] : []),
              ["Units", "n"],
              ["Share", "n far"],
              ["Why", "far"],
            ]}
          />
          <tbody>
            {losses.map(({ key, text, units, value, share, cause }) => (
              <tr key={key}>
                <th scope="row">
                  <a href={href(["runs", run.runId, "series"], { key })} title={text}>
                    {text === "" ? "(empty)" : text}
                  </a>
                  <span class="near small muted">{cause}</span>
                </th>
                {byValue && <td class="n strong">{measure(value)}</td>}
                <td class="n">{measure(units)}</td>
                <td class="n far">{percent(share)}</td>
                <td class="wraps far">{cause}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p>
        <a href={href(["runs", run.runId, "partitions"])}>All series by loss</a>
      </p>
    </section>
  );
}
