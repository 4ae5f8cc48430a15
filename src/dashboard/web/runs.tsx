import { count, measure, percent } from "../../text/number.ts";
import { duration } from "../../text/time.ts";
import type { RunLine } from "../wire.ts";
import type { RunAccuracy } from "../wire-night.ts";
import { Actions, SCORE, TRAIN } from "./actions.tsx";
import { href } from "./route.ts";
import { useSession } from "./session.ts";
import { Command, Empty, Loading } from "./states.tsx";
import { TableFiles } from "./table-files.tsx";
import { TableHead } from "./table-head.tsx";
import { useData, useLive } from "./use-data.ts";
import { When } from "./when.tsx";
import { metricWords } from "./words.ts";

/** Shows all runs, newest first, as they are now. */
export function Runs() {
  const read = useData<readonly RunLine[]>("/runs");
  const live = useLive<readonly RunLine[]>("/live");
  const session = useSession();
  return (
    <>
      <h1>Runs</h1>
      <Actions actions={[TRAIN, SCORE]} />
      {session?.mayStart === true && (
        <p>
          <a href="/logs">Logs of commands</a>
        </p>
      )}
      <Loading data={live === undefined ? read : { ...read, value: live, error: undefined }} what="the runs">
        {(runs) =>
          runs.length === 0 ? (
            <Empty title="No run yet.">
              Train one: <Command>manymodel train</Command>
            </Empty>
          ) : (
            <RunTable runs={runs} />
          )
        }
      </Loading>
    </>
  );
}

function RunTable({ runs }: { runs: readonly RunLine[] }) {
  return (
    <>
      <TableFiles
        name="runs"
        rows={[
          ["RUN_ID", "STATE", "PARTITIONS", "DONE", "FAILED", "SKIPPED", "SOURCE", "MODEL", "CREATED_AT", "ENDED_AT"],
          ...runs.map((run) => [
            ...[run.runId, run.state, run.partitions, run.done, run.failed, run.skipped],
            ...[run.source, run.definition, run.createdAt, run.endedAt],
          ]),
        ]}
      />
      <div class="panel scroll">
        <table class="rows runs">
          <TableHead
            columns={[
              "Run",
              "State",
              ["Progress", "wide far"],
              ["Succeeded", "n far"],
              ["Failed", "n far"],
              ["Error (WAPE)", "n far"],
              ["Distribution", "far"],
              ["Source", "far"],
              ["Model", "far"],
              ["Begun", "far"],
              ["Ended after", "far"],
            ]}
          />
          <tbody>
            {runs.map((run, i) => (
              <tr key={run.runId}>
                <th scope="row">
                  <a class="clip" href={href(["runs", run.runId])} title={run.runId}>
                    {run.runId}
                  </a>
                  {run.refines !== null && (
                    <span class="muted small below clip">
                      {run.retries ? "retries" : "refines"} {run.refines}
                    </span>
                  )}
                  <span class="near small">
                    <Bar run={run} />
                    <span class="muted">{health(run)}</span>
                  </span>
                </th>
                <td>
                  <State run={run} />
                </td>
                <td class="wide far">
                  <Bar run={run} />
                </td>
                <td class="n far">
                  {count(run.done - run.failed)}
                  {run.partitions !== null && <span class="muted"> of {count(run.partitions)}</span>}
                </td>
                <td class={`n far ${run.failed > 0 ? "bad" : "muted"}`}>{count(run.failed)}</td>
                <Accuracy run={run} isNear={i < MOST_ACCURACIES} />
                <td class="far clip">{run.source?.split(/[\\/]/).at(-1) ?? "–"}</td>
                <td class="far clip">{run.definition ?? "–"}</td>
                <td class="far">
                  <When at={run.createdAt} />
                </td>
                <td class="far">{run.endedAt === null || run.collects ? "–" : duration(tookMs(run, run.endedAt))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

/** The accuracy of so many runs is shown, of runs with at most so many partitions: a larger one's is on its own page. */
const [MOST_ACCURACIES, MOST_PARTITIONS] = [20, 20_000];

/** Shows the error of a run's total, and how its partitions are distributed. */
function Accuracy({ run, isNear }: { run: RunLine; isNear: boolean }) {
  const isShown = isNear && run.state === "completed" && (run.partitions ?? 0) <= MOST_PARTITIONS;
  const { value } = useData<RunAccuracy>(isShown ? href(["runs", run.runId, "accuracy"]) : null);
  return (
    <>
      <td class="n far">{value?.wape == null ? "–" : `${measure(value.wape)} %`}</td>
      <td class="far">{value !== undefined && value.scored > 0 && <Outline accuracy={value} />}</td>
    </>
  );
}

/** Shows a distribution's outline, with its median in words. */
function Outline({ accuracy: { histogram, spread, metric } }: { accuracy: RunAccuracy }) {
  const most = Math.max(1, ...histogram.counts);
  return (
    <svg
      class="outline"
      viewBox={`0 0 ${histogram.counts.length} 20`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`${metricWords(metric ?? "")}: median ${measure(spread.median)}`}
    >
      {histogram.counts.map((n, i) => (
        <rect key={i} class="bar-plain" x={i} width={0.9} y={20 - (20 * n) / most} height={(20 * n) / most} />
      ))}
    </svg>
  );
}

/** Returns the time from a run's plan to its end, including the time when no worker was active. */
const tookMs = ({ createdAt }: RunLine, endedAt: string) => Date.parse(endedAt) - Date.parse(createdAt);

/** Summarizes in a line the partitions of a run that have a model, failed, and were skipped. */
function health({ partitions, done, failed, skipped }: RunLine): string {
  if (partitions === null) return "not planned";
  const counts = [
    `${count(done - failed)} of ${count(partitions)} succeeded`,
    failed > 0 && `${count(failed)} failed`,
    skipped > 0 && `${count(skipped)} skipped`,
  ];
  return counts.filter(Boolean).join(" · ");
}

type Standing = Pick<RunLine, "state" | "stalled" | "skipReason" | "done" | "failed" | "skipped">;

const ENDED_BY = { cancelled: "cancelled", "not-fed": "out of time", "too-many-failures": "given up" } as const;

/**
 * Shows the state of a run with the number of its failures, in the colour of how it went: good only where all of it has a
 * model.
 */
export function State({ run }: { run: Standing }) {
  const [word, tone] = standing(run);
  return <span class={`state state-${run.stalled ? "stalled" : run.state} ${tone}`}>{word}</span>;
}

function standing({ state, stalled, skipReason, done, failed, skipped }: Standing): readonly [string, string] {
  if (stalled) return ["stalled", "bad"];
  if (state === "failed") return [state, "bad"];
  if (state !== "completed") return [state, ""];
  if (skipReason !== null) return [ENDED_BY[skipReason], "warn"];
  if (failed > 0 && failed === done) return ["all failed", "bad"];
  if (failed > 0) return [`${state}, ${count(failed)} failed`, "warn"];
  return [state, skipped > 0 ? "warn" : "good"];
}

/** Shows the done, failed and skipped share of a run as a bar. */
export function Bar({ run }: { run: Pick<RunLine, "partitions" | "done" | "failed" | "skipped"> }) {
  const total = run.partitions ?? 0;
  const share = (n: number) => (total === 0 ? 0 : n / total);
  const parts = [
    ["ok", run.done - run.failed],
    ["failed", run.failed],
    ["skipped", run.skipped],
  ] as const;
  return (
    <span
      class="bar-track"
      role="img"
      aria-label={`${percent(share(run.done))} done, ${count(run.failed)} failed, ${count(run.skipped)} skipped`}
    >
      {parts.map(
        ([name, n]) => n > 0 && <span key={name} class={`bar-${name}`} style={{ width: `${100 * share(n)}%` }} />,
      )}
    </span>
  );
}
