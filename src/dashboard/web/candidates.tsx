import { measure } from "../../text/number.ts";
import { duration } from "../../text/time.ts";
import type { Contest } from "../wire.ts";
import { setQuery } from "./route.ts";
import { TableFiles } from "./table-files.tsx";
import { type HeadColumn, TableHead } from "./table-head.tsx";

/** The metrics to show besides the one that decided. */
const OTHERS = [
  ["mase", "MASE"],
  ["smape", "sMAPE"],
] as const;

/** Shows every method that took part in a partition's contest, and how it did. */
export function Candidates({
  contest,
  methods,
  shown,
}: {
  contest: Contest;
  methods: readonly string[];
  shown: readonly string[];
}) {
  const others = OTHERS.filter(([measured]) => measured !== contest.metric.toLowerCase());
  return (
    <section class="panel" aria-labelledby="contest-title">
      <h2 id="contest-title">Contest</h2>
      <p class="muted">
        {contest.reason} The scores are means over the contest's origins; the errors beside them are of the last holdout
        alone.
      </p>
      <TableFiles
        name="the contest"
        rows={[
          ["CANDIDATE", "SCORE", "MASE", "SMAPE", "MS", "FAILURE"],
          ...contest.ranking.map(({ name, score, mase, smape, ms, failure }) => [
            name,
            score,
            mase,
            smape,
            ms,
            failure,
          ]),
        ]}
      />
      <div class="scroll">
        <table class="rows">
          <TableHead
            columns={[
              "Candidate",
              [contest.metric, "n"],
              ...others.map(([, name]): HeadColumn => [name, "n"]),
              ["took", "n"],
            ]}
          />
          <tbody>
            {contest.ranking.map(({ name, score, ms, failure, ...measures }) => (
              <tr key={name} aria-selected={shown.includes(name) ? true : undefined}>
                <th scope="row">
                  {methods.includes(name) ? (
                    <button type="button" class="link" onClick={() => setQuery({ method: name })}>
                      {name}
                    </button>
                  ) : (
                    name
                  )}
                  {name === contest.winner && <span class="tag">winner</span>}
                  {failure !== null && <span class="bad small"> {failure}</span>}
                </th>
                <td class="n">{measure(score)}</td>
                {others.map(([measured]) => (
                  <td key={measured} class="n">
                    {measure(measures[measured])}
                  </td>
                ))}
                <td class="n">{duration(ms)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
