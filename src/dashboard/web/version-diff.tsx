import { count, measure, signed } from "../../text/number.ts";
import type { DiffDetail, ModelDetail } from "../wire.ts";
import { Choice } from "./choice.tsx";
import { href, setQuery } from "./route.ts";
import { Loading, Warning } from "./states.tsx";
import { TableFiles } from "./table-files.tsx";
import { TableHead } from "./table-head.tsx";
import { useData } from "./use-data.ts";
import { metricWords } from "./words.ts";

/** Errors without a unit. A mean of others, over series of all sizes, says nothing. */
const IS_RELATIVE = /(?:mase|rmsse|mape|wape)$/;

/** Shows the differences between two versions. */
export function VersionDiff({ detail, query }: { detail: ModelDetail; query: URLSearchParams }) {
  const { versions, model } = detail;
  const [before, after] = [query.get("before"), query.get("after")];
  const isComplete = before !== null && after !== null && before !== after;
  const data = useData<DiffDetail>(isComplete ? href(["models", model, "diff"], { before, after }) : null);
  if (versions.length < 2) return null;
  const select = (name: "before" | "after", value: string | null) => (
    <Choice
      label={name === "before" ? "Before" : "After"}
      value={value ?? ""}
      options={[["", "choose"], ...versions.map(({ version }) => version)]}
      onChoose={(chosen) => setQuery({ [name]: chosen })}
    />
  );
  return (
    <section class="panel" aria-labelledby="diff-title">
      <h2 id="diff-title">Differences</h2>
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        {select("before", before)}
        {select("after", after)}
      </form>
      {isComplete && (
        <Loading data={data} what="the differences">
          {(diff) => {
            const relative = diff.metrics.filter(({ metric }) => IS_RELATIVE.test(metric));
            const runOf = (name: string) => versions.find(({ version }) => version === name)?.runId;
            return (
              <>
                <p>
                  <b>{count(diff.changed)}</b> changed, <b>{count(diff.added)}</b> added, <b>{count(diff.lost)}</b>{" "}
                  lost, {count(diff.unchanged)} the same.
                </p>
                <p>
                  <a href={href(["compare"], { a: runOf(diff.before), b: runOf(diff.after) })}>
                    Errors and models of each series, the most worsened first
                  </a>
                </p>
                <Warning>{diff.warning}</Warning>
                {relative.length > 0 && (
                  <div class="scroll">
                    <TableFiles
                      name={`${diff.before} and ${diff.after}`}
                      rows={[
                        ["METRIC", "PARTITIONS", "BEFORE", "AFTER"],
                        ...relative.map(({ metric, partitions, before, after }) => [metric, partitions, before, after]),
                      ]}
                    />
                    <table class="rows">
                      <TableHead
                        columns={["Mean of the changed", [diff.before, "n"], [diff.after, "n"], ["Change", "n"]]}
                      />
                      <tbody>
                        {relative.map((one) => (
                          <tr key={one.metric}>
                            <th scope="row">{metricWords(one.metric)}</th>
                            <td class="n">{measure(one.before)}</td>
                            <td class="n">{measure(one.after)}</td>
                            <td class="n">{signed(one.after - one.before)}</td>
                          </tr>
                        ))}
                      </tbody>
                    </table>
                  </div>
                )}
                {diff.keys.length > 0 && (
                  <details>
                    <summary>
                      {diff.changed > diff.keys.length
                        ? `The first ${count(diff.keys.length)} of the ${count(diff.changed)}`
                        : "Those"}{" "}
                      that changed, by key
                    </summary>
                    <p class="first">
                      {versions.map(
                        ({ version, runId }) =>
                          version === diff.after &&
                          diff.keys.map(({ key, text }) => (
                            <a key={key} href={href(["runs", runId, "series"], { key })}>
                              {text}
                            </a>
                          )),
                      )}
                    </p>
                  </details>
                )}
              </>
            );
          }}
        </Loading>
      )}
    </section>
  );
}
