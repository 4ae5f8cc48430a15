import { count, percent } from "../../text/number.ts";
import { duration, moment } from "../../text/time.ts";
import type { RunLine } from "../wire.ts";
import { href } from "./route.ts";
import { Command, Empty, Loading } from "./states.tsx";
import { TableHead } from "./table-head.tsx";
import { useData, useLive } from "./use-data.ts";

/** All runs, newest first, as they are now. */
export function Runs() {
  const read = useData<readonly RunLine[]>("/runs");
  const live = useLive<readonly RunLine[]>("/live");
  return (
    <>
      <h1>Runs</h1>
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
    <div class="panel scroll">
      <table class="rows runs">
        <TableHead
          columns={[
            "Run",
            "State",
            ["Progress", "wide far"],
            ["Partitions", "n far"],
            ["Succeeded", "n far"],
            ["Failed", "n far"],
            ["Skipped", "n far"],
            ["Source", "far"],
            ["Model", "far"],
            ["Begun", "far"],
            ["Ended after", "far"],
          ]}
        />
        <tbody>
          {runs.map((run) => (
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
              <td class="n far">{run.partitions === null ? "–" : count(run.partitions)}</td>
              <td class="n far">{count(run.done - run.failed)}</td>
              <td class={`n far ${run.failed > 0 ? "bad" : "muted"}`}>{count(run.failed)}</td>
              <td class="n far muted">{count(run.skipped)}</td>
              <td class="far clip">{run.source?.split(/[\\/]/).at(-1) ?? "–"}</td>
              <td class="far clip">{run.definition ?? "–"}</td>
              <td class="far">{moment(run.createdAt)}</td>
              <td class="far">{run.endedAt === null || run.collects ? "–" : duration(tookMs(run, run.endedAt))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** From its plan to its end, whether or not anybody worked on it all the time. */
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

/** The state of a run in a word, and in the colour of how it went: good only where all of it has a model. */
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
  return [state, failed + skipped > 0 ? "warn" : "good"];
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
