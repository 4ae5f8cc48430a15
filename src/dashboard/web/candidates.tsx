import type { Contest } from "../wire.ts";
import { duration, measure } from "./format.ts";
import { setQuery } from "./route.ts";

/** Every method that took part in a partition's contest, and how it did. */
export function Candidates({
  contest,
  methods,
  shown,
}: {
  contest: Contest;
  methods: readonly string[];
  shown: string | null;
}) {
  return (
    <section class="panel" aria-labelledby="contest-title">
      <h2 id="contest-title">Contest</h2>
      <p class="muted">{contest.reason}</p>
      <div class="scroll">
        <table class="rows">
          <thead>
            <tr>
              <th scope="col">Candidate</th>
              <th scope="col" class="n">
                {contest.metric}
              </th>
              <th scope="col" class="n">
                MASE
              </th>
              <th scope="col" class="n">
                sMAPE
              </th>
              <th scope="col" class="n">
                took
              </th>
            </tr>
          </thead>
          <tbody>
            {contest.ranking.map(({ name, score, mase, smape, ms, failure }) => (
              <tr key={name} aria-selected={name === shown ? true : undefined}>
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
                <td class="n">{measure(mase)}</td>
                <td class="n">{measure(smape)}</td>
                <td class="n">{duration(ms)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
