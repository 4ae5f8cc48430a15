import { count, measure } from "../../text/number.ts";
import type { MonitorDetail, MonitorPage } from "../wire.ts";
import { Choice } from "./choice.tsx";
import { inList } from "./neighbours.tsx";
import { href, setQuery } from "./route.ts";
import { Loading } from "./states.tsx";
import { Download } from "./take-away.tsx";
import { useData } from "./use-data.ts";

const PAGE = 100;
const VERDICTS = ["not-ok", "all", "drift", "watch", "no-data", "ok"];
const SHOWN: Readonly<Record<string, string>> = { "not-ok": "not ok", all: "any" };
const COLUMNS = [
  ["key", "Partition", ""],
  [null, "Verdict", ""],
  ["severity", "Severity", "n"],
  ["ratio", "Errors", "n far"],
  ["since", "Since", "far"],
  [null, "Reasons", "far"],
] as const;

/** Shows the partitions that were judged: some at a time, sorted and searched by the server. */
export function MonitoredPartitions({ monitor, query }: { monitor: MonitorDetail; query: URLSearchParams }) {
  const { model, version, verdicts } = monitor;
  const get = (name: string, otherwise: string) => query.get(name) || otherwise;
  const [verdict, text, sort] = [get("verdict", "not-ok"), get("text", ""), get("sort", "severity")];
  const order = get("order", sort === "key" ? "asc" : "desc");
  const offset = Number(get("offset", "0")) || 0;
  const list = href(["monitor", "partitions"], { model, version, verdict, text, sort, order });
  const page = useData<MonitorPage>(`${list}&offset=${offset}&limit=${PAGE}`);
  const judged = verdicts.reduce((sum, { count: n }) => sum + n, 0);
  const show = (change: Readonly<Record<string, string | null>>) => setQuery({ offset: null, ...change });
  return (
    <section class="panel" aria-labelledby="judged-title">
      <h2 id="judged-title">Partitions</h2>
      <form class="filters" role="search" onSubmit={(event) => event.preventDefault()}>
        <label class="grow">
          <span>Search</span>
          <input
            type="search"
            placeholder="words of a key  ( / )"
            value={text}
            onInput={(event) => show({ text: event.currentTarget.value })}
          />
        </label>
        <Choice
          label="Verdict"
          value={verdict}
          options={VERDICTS.map((one) => [one, SHOWN[one] ?? one] as const)}
          onChoose={(chosen) => show({ verdict: chosen })}
        />
      </form>
      <Loading data={page} what="the partitions">
        {({ matched, offset: from, rows }) => (
          <>
            <p class="muted matched" role="status">
              {count(matched)} of {count(judged)} partitions
              {matched > PAGE && rows.length > 0 && `: ${count(from + 1)} to ${count(from + rows.length)}`}
              {matched > 0 && (
                <Download
                  path={href(["monitor", "partitions.csv"], { model, version, verdict, text, sort, order })}
                  name={`${model}-${version}.csv`}
                >
                  Download CSV
                </Download>
              )}
            </p>
            {rows.length > 0 && (
              <div class="scroll" tabIndex={0} role="group" aria-label="Monitored partitions">
                <table class="rows judged">
                  <thead>
                    <tr>
                      {COLUMNS.map(([by, label, tone]) => (
                        <th
                          key={label}
                          scope="col"
                          class={tone}
                          aria-sort={by !== sort ? undefined : order === "asc" ? "ascending" : "descending"}
                        >
                          {by === null ? (
                            label
                          ) : (
                            <button
                              type="button"
                              class="link"
                              onClick={() =>
                                show({ sort: by, order: by === sort && order === "desc" ? "asc" : "desc" })
                              }
                            >
                              {label}
                              {by === sort && (order === "asc" ? " ↑" : " ↓")}
                            </button>
                          )}
                        </th>
                      ))}
                    </tr>
                  </thead>
                  <tbody>
                    {rows.map((one, i) => (
                      <Row key={one.key} row={one} place={inList(list, from + i)} />
                    ))}
                  </tbody>
                </table>
              </div>
            )}
            {matched > PAGE && (
              <div class="actions">
                <button
                  type="button"
                  disabled={from === 0}
                  onClick={() => setQuery({ offset: String(Math.max(0, from - PAGE)) })}
                >
                  Previous {PAGE}
                </button>
                <button
                  type="button"
                  disabled={from + PAGE >= matched}
                  onClick={() => setQuery({ offset: String(from + PAGE) })}
                >
                  Next {PAGE}
                </button>
              </div>
            )}
          </>
        )}
      </Loading>
    </section>
  );
}

function Row({ row, place }: { row: MonitorPage["rows"][number]; place: Readonly<Record<string, string>> }) {
  const { key, text, verdict, severity, ratio, since, reasons, runId } = row;
  return (
    <tr>
      <th scope="row" class="clip" title={text}>
        <a href={href(["runs", runId, "series"], { key, ...place })}>{text === "" ? "(empty key)" : text}</a>
        <span class="near muted small">{reasons}</span>
      </th>
      <td class={verdict === "drift" ? "bad" : ""}>{verdict}</td>
      <td class="n">{measure(severity)}</td>
      <td class="n far">{ratio === null ? "–" : `× ${measure(ratio)}`}</td>
      <td class="far">{since?.slice(0, 10) ?? "–"}</td>
      <td class="wraps far">{reasons}</td>
    </tr>
  );
}
