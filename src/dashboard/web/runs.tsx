import { useState } from "preact/hooks";
import type { RunLine } from "../wire.ts";
import { count, duration, moment, percent } from "./format.ts";
import { useKeys } from "./keyboard.ts";
import { go, href } from "./route.ts";
import { Command, Empty, Loading } from "./states.tsx";
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
  const [at, setAt] = useState(-1);
  const move = (by: number) => setAt((n) => Math.min(runs.length - 1, Math.max(0, n + by)));
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    Enter: () => runs[at] !== undefined && go(href(["runs", runs[at].runId])),
  });
  return (
    <div class="panel scroll">
      <table class="rows">
        <thead>
          <tr>
            <th scope="col">Run</th>
            <th scope="col">State</th>
            <th scope="col" class="wide">
              Progress
            </th>
            <th scope="col" class="n">
              Partitions
            </th>
            <th scope="col" class="n">
              Failed
            </th>
            <th scope="col" class="far">
              Source
            </th>
            <th scope="col" class="far">
              Definition
            </th>
            <th scope="col" class="far">
              Begun
            </th>
            <th scope="col" class="n far">
              Took
            </th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run, i) => (
            <tr key={run.runId} aria-selected={i === at ? true : undefined}>
              <th scope="row">
                <a href={href(["runs", run.runId])}>{run.runId}</a>
                {run.refines !== null && <span class="muted small below">refines {run.refines}</span>}
              </th>
              <td>
                <State run={run} />
              </td>
              <td class="wide">
                <Bar run={run} />
              </td>
              <td class="n">{run.partitions === null ? "–" : count(run.partitions)}</td>
              <td class={`n ${run.failed > 0 ? "bad" : "muted"}`}>{count(run.failed)}</td>
              <td class="far clip">{run.source?.split(/[\\/]/).at(-1) ?? "–"}</td>
              <td class="far clip">{run.definition ?? "–"}</td>
              <td class="far">{moment(run.createdAt)}</td>
              <td class="n far">
                {run.endedAt === null ? "–" : duration(Date.parse(run.endedAt) - Date.parse(run.createdAt))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The state of a run in a word. */
export function State({ run }: { run: Pick<RunLine, "state" | "stalled"> }) {
  const word = run.stalled ? "stalled" : run.state;
  return <span class={`state state-${word}`}>{word}</span>;
}

/** What of a run is done, failed and skipped, as a bar. */
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
